/** Error codes of an enclave's network: hosts, TLS, HTTP. */
import type { ErrorCode } from '../../base/error-code.ts'
import type { ErrorTable } from './entry.ts'

type Codes = Extract<ErrorCode, `E_${'NETWORK' | 'TLS' | 'HTTP'}_${string}`>

export const NETWORK_ERRORS: ErrorTable<Codes> = {
  E_HTTP_BUSY: {
    meaning:
      'As many requests as may wait for a connection to an enclave already do. This one was not begun.',
    advice:
      'Try again later, answer 503, or allow more connections. Read the body of each response, or cancel it.',
  },
  E_HTTP_CLOSED: {
    meaning:
      'The connection between an enclave and its client ended before the answer was complete. In an enclave, it is why the signal of a request aborts.',
    advice:
      'A request that changes nothing can be sent again; any other may have been carried out. enclave.exited tells why an enclave exited.',
  },
  E_HTTP_LIMIT: {
    meaning:
      'The head of a response is longer than is accepted; or its body was not read for a while, and the connection was needed for another request; or the body of a request to an enclave is longer than maxBody of serveHttp.',
    advice:
      'Let the server send fewer or shorter fields. Read the body of each response, or cancel it. Raise maxBody if the enclave has the memory.',
  },
  E_HTTP_OPTION: {
    meaning: 'An argument or an option of enclaveFetch is invalid.',
    advice: 'Correct what the message names.',
  },
  E_HTTP_REQUEST: {
    meaning:
      'The body of a request to an enclave is not valid HTTP/1.1, or was cut, or is read after its response was complete.',
    advice: 'Read the body before the response ends. The client that sends such a body is answered with 400.',
  },
  E_HTTP_RESPONSE: {
    meaning:
      'What a server answered to `fetch`, or an enclave to `enclaveFetch`, is not valid HTTP/1.1, was cut, or could be read in two ways.',
    advice: 'Look at what the server sends. Somebody between may have changed it, if it came without TLS.',
  },
  E_HTTP_TIMEOUT: {
    meaning:
      'An enclave has not answered an HTTP request in time, or has stopped in the middle of the answer. In an enclave: its handler has given no response in time.',
    advice: 'Find out what the enclave waits for; raise the timeout, or handlerTimeout, if it is slow.',
  },
  E_NETWORK_CLOSED: {
    meaning: 'A connection to a host was closed, or lost, before it was expected.',
    advice: 'Try again; look at the log of the server and of the proxy.',
  },
  E_NETWORK_CONNECT: {
    meaning: 'The proxy could not connect to the host. The message has the proxy’s reason.',
    advice: 'Check the name and the port, and whether the host is reachable from the parent instance.',
  },
  E_NETWORK_PAGE: {
    meaning:
      'The parent instance is a page of a browser, which has no TCP. It can make HTTP requests for its enclaves, and reads them.',
    advice: 'Use `fetch`. For `https:` the image must allow it, by `"pageFetch": true` in its manifest.',
  },
  E_NETWORK_PROXY: {
    meaning: 'Nothing at the parent instance answers as a proxy.',
    advice:
      'Start one: `qt proxy`, or `openProxy` of webclave/proxy, without a destination of its own. Its port is 8000 if nothing else is said.',
  },
  E_NETWORK_REFUSED: {
    meaning: 'The proxy does not allow this host and port. The message has the rule that decided.',
    advice: 'Add the destination to the rules of the proxy and to `destinations` of the image’s manifest.',
  },
  E_NETWORK_TIMEOUT: {
    meaning: 'A host did not answer in time.',
    advice: 'Look whether the host works; raise the timeout if it is slow.',
  },
  E_TLS_AGREEMENT: {
    meaning: 'The server and the enclave have no algorithm in common.',
    advice:
      'Let the server offer AES-GCM or ChaCha20-Poly1305 with an ephemeral key on X25519, P-256 or P-384.',
  },
  E_TLS_ALERT: {
    meaning:
      'The server ended the session with an alert, often because it wants a certificate of its client.',
    advice: 'Look at the log of the server.',
  },
  E_TLS_CERTIFICATE: {
    meaning: 'The certificate of the server cannot be read, or is not one of servers.',
    advice: 'Give the server a certificate with the extended key usage for server authentication.',
  },
  E_TLS_EXPIRED: {
    meaning: 'A certificate of the server has expired or is not valid yet.',
    advice: 'Renew it. The enclave takes the time from its parent instance, which must be right.',
  },
  E_TLS_MEMORY: {
    meaning: 'The memory of TLS is used up: an enclave can have 64 sessions at a time.',
    advice: 'Close connections that are not used.',
  },
  E_TLS_NAME: {
    meaning:
      'The certificate of the server is for another name. Only alternative names count, not the common name.',
    advice: 'Connect by a name that the certificate has, or say which one it must have.',
  },
  E_TLS_RECORD: {
    meaning: 'What the server sent is not TLS, or was changed on its way.',
    advice: 'Check that the port is that of TLS.',
  },
  E_TLS_ROOT: {
    meaning: 'The certificate of the server does not lead to a root certificate of the image.',
    advice: 'If the server is the right one, build the image with the root certificate of its authority.',
  },
  E_TLS_ROOTS: {
    meaning: 'The image carries no root certificates, so that no server can be trusted.',
    advice: 'Build it with `qt enclave make-img --roots FILE.pem`.',
  },
  E_TLS_TRUNCATED: {
    meaning: 'The connection was closed without the end of the TLS session, so that data may be missing.',
    advice: 'Try again. A server that always does so is wrong.',
  },
  E_TLS_VERSION: {
    meaning: 'The server speaks neither TLS 1.3 nor TLS 1.2.',
    advice: 'Update the server.',
  },
  E_TLS_WEAK: {
    meaning:
      'A certificate of the server has a key or a signature that is too weak: RSA under 2,048 bits, or SHA-1.',
    advice:
      'Give the server a certificate with RSA of 2,048 bits, P-256 or P-384, signed with SHA-256 or more.',
  },
}
