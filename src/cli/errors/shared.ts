/** Error codes of shared secrets. */
import type { ErrorCode } from '../../base/error-code.ts'
import type { ErrorTable } from './entry.ts'

type Codes = Extract<ErrorCode, `E_SHARED_${string}`>

export const SHARED_ERRORS: ErrorTable<Codes> = {
  E_SHARED_ANSWER: {
    meaning:
      'The answer with a shared secret does not come from an enclave that this one trusts, or was changed on its way.',
    advice:
      'Read the reason in the message. If the other enclave is of another image, name its PCR0 or its signer in `trust`; if it is not yours, its parent answers in its place.',
  },
  E_SHARED_DEBUG: {
    meaning: 'An enclave in debug mode cannot share a secret: its PCR0 is zero, and proves nothing.',
    advice: 'Start it without debug mode.',
  },
  E_SHARED_FRAME: {
    meaning: 'A message between enclaves that share a secret, or their carriers, is malformed or was cut.',
    advice:
      'Check what listens on the ports of `sharedSecret` and `shareSecrets`. An enclave asks again by itself.',
  },
  E_SHARED_OPTION: {
    meaning: 'An argument or an option of shareSecrets is invalid.',
    advice: 'Pass what the message expects.',
  },
  E_SHARED_REFUSED: {
    meaning:
      'An enclave that has the shared secret does not give it to this one. The message has its reason, which came through the parent.',
    advice:
      'Build the image that has the secret so that it trusts this one: by the PCR8 of the certificate that signed both.',
  },
  E_SHARED_REQUEST: {
    meaning: 'A request for a shared secret is not one of an enclave that this one trusts, or not a new one.',
    advice: 'Nothing: the other enclave gets no secret, and is told why.',
  },
  E_SHARED_TIMEOUT: {
    meaning: 'A shared secret was not there in time: nobody carries it, creates it or answers.',
    advice:
      'Call shareSecrets with the parent of the enclave. With several machines, one of them has `creates: true`, and it must reach all others.',
  },
}
