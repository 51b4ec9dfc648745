/** Error codes of attested channels. */
import type { ErrorCode } from '../../base/error-code.ts'
import type { ErrorTable } from './entry.ts'

type Codes = Exclude<Extract<ErrorCode, `E_CHANNEL_${string}`>, 'E_CHANNEL_FRAME'>

export const CHANNEL_ERRORS: ErrorTable<Codes> = {
  E_CHANNEL_ANSWER: {
    meaning: 'An answer on the way to or from the enclave is not one that webclave/channel can take.',
    advice:
      'The parent, or a proxy before it, has answered in the enclave’s place, or changed the answer: check the URL, and what runs there. The request may have had an effect.',
  },
  E_CHANNEL_ATTESTATION: {
    meaning: 'The enclave has not proved that it is one of the pinned images under a pinned root.',
    advice:
      'Read the reason in the message. Pin the PCRs of the image that runs there, or stop: what answers is another program. No request was sent to it.',
  },
  E_CHANNEL_KEY: {
    meaning:
      'The enclave has no key that the client may use: its document names none, or others; it lacks the mechanism that the client requires; or it refuses the key that it has just proved.',
    advice:
      'Check that the application serves attestedChannel, with xWing if the client asks for x-wing. If both are so, the parent is changing what it carries.',
  },
  E_CHANNEL_MESSAGE: {
    meaning:
      'A message of an attested channel is malformed or incomplete: it was cut, reordered or changed on its way, or its sender is another program.',
    advice:
      'Treat what has arrived of it as worthless. A request may have had an effect; repeat it only if that does no harm.',
  },
  E_CHANNEL_OPTION: {
    meaning: 'An option of createAttestedClient, or the URL of a request, is invalid.',
    advice: 'Pass what the message expects. A client sends requests only to the origin of its `url`.',
  },
  E_CHANNEL_PACKAGE: {
    meaning: 'A package that webclave/channel needs is not installed: HPKE is not part of webclave.',
    advice: 'Install the package that the message names, in that version.',
  },
  E_CHANNEL_REFUSED: {
    meaning:
      'The request was refused, in clear: by the parent, by a proxy, or by an enclave that does not have the key or has received the request before. Nobody can prove which.',
    advice:
      'Call again if the request may have its effect twice: the client has the enclave prove its key first. Otherwise ask the enclave what has happened.',
  },
}
