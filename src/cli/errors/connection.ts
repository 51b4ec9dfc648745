/** Error codes of connections, services, the proxy, and cryptography in an enclave. */
import type { ErrorCode } from '../../base/error-code.ts'
import type { ErrorTable } from './entry.ts'

type Codes = Extract<
  ErrorCode,
  `E_${'VSOCK' | 'SERVICE' | 'PROXY' | 'CRYPTO'}_${string}` | 'E_ARGUMENT' | 'E_DECRYPT'
>

export const CONNECTION_ERRORS: ErrorTable<Codes> = {
  E_ARGUMENT: {
    meaning:
      'A function of webclave/sdk was given an argument of the wrong type. It is a TypeError that names the argument.',
    advice: 'Pass what the message expects.',
  },
  E_CRYPTO_INPUT: {
    meaning: 'A function of webclave/sdk was given an argument of the wrong length or type.',
    advice: 'Pass what the message expects.',
  },
  E_CRYPTO_KEY: {
    meaning: 'The enclave could not generate an RSA key.',
    advice: 'Give the enclave more memory.',
  },
  E_CRYPTO_MEMORY: {
    meaning: 'The enclave has too little memory for this hash.',
    advice: 'Give the enclave more memory, or use a smaller memory cost.',
  },
  E_DECRYPT: {
    meaning: 'The ciphertext was changed, or was encrypted under another key.',
    advice: 'Check the key, the nonce and the additional data.',
  },
  E_PROXY_ALLOWLIST: {
    meaning: 'The allowlist of the proxy cannot be read.',
    advice:
      'Correct the place that the message names. The file has one key, allowlist: objects with address and port.',
  },
  E_PROXY_BUSY: {
    meaning: 'The proxy has as many connections as it may have.',
    advice: 'Close connections that are not used, or raise the limit on connections of the proxy.',
  },
  E_PROXY_CONFIG: {
    meaning: 'The configuration of the proxy cannot be read, or contradicts itself.',
    advice: 'Correct the line that the message names; qt proxy --help shows an example.',
  },
  E_PROXY_CONNECT: {
    meaning: 'The proxy cannot connect to the destination.',
    advice: 'Check that the server runs, and that this machine can reach it.',
  },
  E_PROXY_DESTINATION: {
    meaning: 'The destination of the proxy is not a valid host and port.',
    advice: 'Pass a host name or IP address, and a port from 1 to 65535.',
  },
  E_PROXY_LISTEN: {
    meaning: 'The proxy cannot listen on a port.',
    advice: 'Stop the program that listens there, or choose another port.',
  },
  E_PROXY_NAME: {
    meaning: 'The name of the destination does not resolve to an address.',
    advice: 'Check the name, and the name server of this machine or of the proxy’s configuration.',
  },
  E_PROXY_NOT_ALLOWED: {
    meaning:
      'The rules of the proxy do not allow the destination, or the address to which its name resolves.',
    advice:
      'Add a rule for the destination, if enclaves may reach it. An address that is not public must be listed itself.',
  },
  E_PROXY_OPTIONS: {
    meaning: 'An option of the proxy is invalid.',
    advice: 'Correct the option that the message names.',
  },
  E_PROXY_REQUEST: {
    meaning:
      'An enclave sent the proxy a request that it does not know or cannot read: CONNECT and SOCKS5 in Node, HTTP requests with their whole URL in a page.',
    advice:
      'Check the client in the enclave: HTTP CONNECT, or SOCKS5 without authentication; in a page `fetch`.',
  },
  E_PROXY_RULE: {
    meaning: 'A rule of the proxy cannot be read.',
    advice: 'Write HOST:PORTS, such as kms.example.com:443, *.example.com:443 or 10.0.0.0/8:*.',
  },
  E_SERVICE_BUSY: {
    meaning: 'Too many calls of a connection to a service are under way. This one was not begun.',
    advice: 'Call again when others have ended, or connect once more.',
  },
  E_SERVICE_CANCELLED: {
    meaning: 'The caller of a service’s function has cancelled the call, or its stream of items has failed.',
    advice: 'Nothing is wrong in the service: stop what the function does.',
  },
  E_SERVICE_CLOSED: {
    meaning: 'The connection to the service of an enclave is closed.',
    advice: 'Connect again. If the enclave has ended, enclave.exited tells why.',
  },
  E_SERVICE_DEADLINE: {
    meaning:
      'A service has not answered a call within its deadline. The call was cancelled; it may have had an effect.',
    advice: 'Allow more time, or find out what the function waits for.',
  },
  E_SERVICE_FAILED: {
    meaning: 'A function of the service threw an error without a code.',
    advice: 'Read the console of the enclave, in debug mode.',
  },
  E_SERVICE_FRAME: {
    meaning: "The other end of a service's connection sent a message that breaks the protocol.",
    advice: 'Check that a service made with serve listens on the port.',
  },
  E_SERVICE_METHOD: {
    meaning: 'The service has no function with this name.',
    advice: 'Call a function that the application passed to serve.',
  },
  E_SERVICE_OPTION: {
    meaning: 'An option of a client of a service, or of a call, is invalid.',
    advice: 'Correct the option that the error names.',
  },
  E_SERVICE_VALUE: {
    meaning: 'A value cannot be sent to a service or returned by it.',
    advice: 'Use numbers, 64-bit bigints, strings, booleans, null, Dates, bytes, arrays and plain objects.',
  },
  E_VSOCK_CHUNK: {
    meaning: 'Something other than bytes was written to a socket.',
    advice: 'Write Uint8Arrays.',
  },
  E_VSOCK_CLOSED: {
    meaning: 'The connection is closed, or the enclave has exited.',
    advice: 'Connect again; enclave.exited tells why an enclave exited.',
  },
  E_VSOCK_PORT: {
    meaning: 'The number is not a vsock port.',
    advice: 'Use 0 to 4294967294.',
  },
  E_VSOCK_PORT_TAKEN: {
    meaning: 'Another listener already uses this port of the parent instance.',
    advice: 'Choose another port, or close the other listener.',
  },
  E_VSOCK_REFUSED: {
    meaning: 'Nothing listens on this port of the enclave, or the enclave is not running yet.',
    advice: 'Check the port that the application listens on, and connect after the start has finished.',
  },
  E_VSOCK_RESET: {
    meaning: 'The other end reset the connection.',
    advice: 'The application closed it at once, or has too many connections; its console may tell why.',
  },
  E_VSOCK_RING: {
    meaning: 'The enclave wrote invalid data into the memory that it shares with its hypervisor.',
    advice: 'The enclave was killed. Do not trust anything that it sent.',
  },
  E_VSOCK_TIMED_OUT: {
    meaning: 'The other end did not answer in time.',
    advice: 'The application may be busy: it handles connections only while it is waiting (await, poll).',
  },
  E_VSOCK_TOO_MANY: {
    meaning: 'The enclave has reached its limit of connections.',
    advice: 'Close unused connections.',
  },
}
