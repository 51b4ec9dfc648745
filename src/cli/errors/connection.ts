/** What the error codes mean: connections, services, the proxy, and cryptography in an enclave. */
import type { ErrorCode } from '../../base/error-code.ts'
import type { ErrorTable } from './entry.ts'

type Codes = Extract<ErrorCode, `E_${'VSOCK' | 'SERVICE' | 'PROXY' | 'CRYPTO'}_${string}` | 'E_DECRYPT'>

export const CONNECTION_ERRORS: ErrorTable<Codes> = {
  E_CRYPTO_INPUT: {
    meaning: 'A function of webclave/sdk was given bytes of the wrong length or kind.',
    advice: 'Give the lengths that the message names.',
  },
  E_CRYPTO_KEY: {
    meaning: 'No RSA key could be made inside the enclave.',
    advice: 'Give the enclave more memory.',
  },
  E_CRYPTO_MEMORY: {
    meaning: 'The enclave has too little memory for this hash.',
    advice: 'Give the enclave more memory, or ask for a smaller memory cost.',
  },
  E_DECRYPT: {
    meaning: 'A ciphertext was changed, or is for another key.',
    advice: 'Check key, nonce and additional data.',
  },
  E_PROXY_ALLOWLIST: {
    meaning: 'The allowlist of the proxy cannot be read.',
    advice: 'Correct the line that the message names: allowlist: a list of address and port.',
  },
  E_PROXY_DESTINATION: {
    meaning: 'The destination of the proxy is not a host and a port.',
    advice: 'Give a host name or address, and a port from 1 to 65535.',
  },
  E_PROXY_NOT_ALLOWED: {
    meaning: 'The destination is not on the allowlist.',
    advice: 'Add the destination to the allowlist, if enclaves may reach it.',
  },
  E_PROXY_OPTIONS: {
    meaning: 'An option of the proxy is not what it may be.',
    advice: 'Correct the option that the message names.',
  },
  E_SERVICE_CLOSED: {
    meaning: 'The connection to the service of an enclave is over.',
    advice: 'Connect again.',
  },
  E_SERVICE_FAILED: {
    meaning: 'A function of the service threw an error without a code.',
    advice: 'Look at the console of the enclave, in debug mode.',
  },
  E_SERVICE_FRAME: {
    meaning: "The other end of a service's connection sent a message that breaks the protocol.",
    advice: 'Check that the port is that of a service made with serve.',
  },
  E_SERVICE_METHOD: {
    meaning: 'The service has no function of that name.',
    advice: 'Call a function that the application gave to serve.',
  },
  E_SERVICE_VALUE: {
    meaning: 'A value cannot be sent to or from a service.',
    advice:
      'Send numbers, bigints of 64 bits, texts, booleans, null, dates, bytes, arrays and plain objects.',
  },
  E_VSOCK_CHUNK: {
    meaning: 'Something other than bytes was written to a socket.',
    advice: 'Write Uint8Arrays.',
  },
  E_VSOCK_CLOSED: {
    meaning: 'The connection is closed, or the enclave has ended.',
    advice: 'Connect again; enclave.exited says why an enclave ended.',
  },
  E_VSOCK_PORT: {
    meaning: 'The number is not a vsock port.',
    advice: 'Use 0 to 4294967294.',
  },
  E_VSOCK_PORT_TAKEN: {
    meaning: 'Something listens on that port of the parent instance already.',
    advice: 'Choose another port, or close the other listener.',
  },
  E_VSOCK_REFUSED: {
    meaning: 'Nothing listens on that port of the enclave, or the enclave is not launched yet.',
    advice: 'Check the port that the application listens on, and connect after the start has finished.',
  },
  E_VSOCK_RESET: {
    meaning: 'The other end reset the connection.',
    advice: 'The application closed it at once, or has too many connections; its console may say more.',
  },
  E_VSOCK_RING: {
    meaning: 'The enclave wrote something impossible into the memory that it shares with its hypervisor.',
    advice: 'The enclave was ended: do not trust what came from it.',
  },
  E_VSOCK_TIMED_OUT: {
    meaning: 'The other end did not answer in time.',
    advice: 'The application may be busy: it answers only while it waits for something.',
  },
  E_VSOCK_TOO_MANY: {
    meaning: 'There are as many connections with the enclave as there can be.',
    advice: 'Close connections that are not used.',
  },
}
