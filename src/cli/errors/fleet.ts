/** Error codes of fleets. */
import type { ErrorCode } from '../../base/error-code.ts'
import type { ErrorTable } from './entry.ts'

type Codes = Extract<ErrorCode, `E_FLEET_${string}`>

export const FLEET_ERRORS: ErrorTable<Codes> = {
  E_FLEET_BUSY: {
    meaning:
      'All enclaves of a fleet are busy, and as many calls of its client wait as may. The call was not begun.',
    advice: 'Try again later, have more members join, or make maxQueue of the client larger.',
  },
  E_FLEET_CLOSED: {
    meaning:
      'The client of a fleet is closed, or a member has left because its enclaves do not start any more.',
    advice:
      'Of a client: the call was not begun; make another client. Of a member: mend what its enclaves end of, and join again.',
  },
  E_FLEET_LOST: {
    meaning:
      'A member of a fleet was lost during a call: it has ended, its enclave has, or the bus has dropped a message.',
    advice: 'The call may have had an effect: try again only if that does no harm.',
  },
  E_FLEET_MESSAGE: {
    meaning: 'A message of the bus does not belong to an exchange between a client and a member of a fleet.',
    advice:
      'Something else uses the subject of the fleet, or the bus changes messages. The call may have had an effect; what has arrived of the answer is worthless.',
  },
  E_FLEET_OPTION: {
    meaning: 'An option of joinFleet or createFleetClient is invalid.',
    advice: 'Give what the message expects.',
  },
  E_FLEET_PACKAGE: {
    meaning:
      'A package that webclave/fleet needs is not installed: webclave does not contain a client of NATS.',
    advice: 'Install the package that the message names, or give an open connection.',
  },
  E_FLEET_PERMISSION: {
    meaning:
      'The NATS server does not let this user publish or subscribe to a subject that a fleet needs; the message says which.',
    advice:
      'Give the user permissions for the subject of the fleet, NAME.*, $SRV.> and _INBOX.> in the configuration of the server. The message says whether something was begun.',
  },
  E_FLEET_UNREACHED: {
    meaning:
      'The bus cannot be reached, or no enclave of the fleet has taken the call: no member is there, or it leaves.',
    advice:
      'It was not begun, as far as the bus and the members say: try again later, or have more members join.',
  },
}
