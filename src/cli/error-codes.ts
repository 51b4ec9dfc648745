/**
 * The codes that the clouds document for what went wrong: QingTian's 01 to 43 (ecs_03_1420) and Nitro's E00 to E60
 * (aws-nitro-enclaves-cli, `document_errors.rs`), beside our own. Where the cloud has no code for it, there is none.
 */
import { EnclaveError } from '../base/error.ts'
import { NITRO_TEXTS, QT_TEXTS } from './error-texts.ts'
import type { Face } from './face.ts'

/** The beginning of our own code, QingTian's, Nitro's. The longest beginning that fits counts. */
const CODES: readonly (readonly [ours: string, qt: string, nitro: string])[] = [
  ['E_USAGE_MISSING', '01', 'E01'],
  ['E_USAGE_CONFLICT', '02', 'E02'],
  ['E_USAGE', '02', 'E03'],
  ['E_FILE', '03', 'E19'],
  ['E_STATE', '03', 'E19'],
  ['E_STATE_OWNER', '03', 'E18'],
  ['E_STATE_MODE', '03', 'E18'],
  ['E_STATE_BUSY', '12', 'E15'],
  ['E_ENV_FILE', '03', 'E19'],
  ['E_ENV_SETTING', '06', 'E24'],
  ['E_ENV_MISSING', '07', 'E24'],
  ['E_CLOUD_ENCLAVES', '05', 'E28'],
  ['E_CLOUD_MEMORY', '10', 'E26'],
  ['E_IMAGE_MEMORY', '10', 'E26'],
  ['E_IMAGE_SIZE', '10', 'E26'],
  ['E_POOL_MEMORY', '09', 'E27'],
  ['E_POOL_VCPUS', '11', 'E22'],
  ['E_CPU_LIST', '11', 'E21'],
  ['E_CPU_TWICE', '11', 'E20'],
  ['E_CID_TAKEN', '43', 'E33'],
  ['E_CID_RANGE', '02', 'E03'],
  ['E_ENCLAVE_NAME', '02', 'E58'],
  ['E_ENCLAVE_BOOT', '19', 'E36'],
  ['E_ADMISSION', '19', 'E36'],
  ['E_COMPONENT', '19', 'E36'],
  ['E_KEEPER_GONE', '23', 'E39'],
  ['E_ENCLAVE_UNKNOWN', '28', 'E39'],
  ['E_CONSOLE_MODE', '32', 'E44'],
  ['E_CONSOLE_READ', '33', 'E45'],
  ['E_IMAGE', '19', 'E35'],
  ['E_ARCHIVE', '19', 'E35'],
  ['E_IMAGE_SIGNATURE', '19', 'E59'],
  ['E_IMAGE_CERTIFICATE', '38', 'E60'],
  ['E_IMAGE_KEY', '40', 'E60'],
  ['E_APP', '37', 'E48'],
  ['E_BUILD', '37', 'E48'],
]

/** The documented code for one of ours, or undefined. */
export function documentedCode({ program }: Face, code: string): string | undefined {
  const [best] = CODES.filter(([ours]) => code === ours || code.startsWith(`${ours}_`)).sort(
    (left, right) => right[0].length - left[0].length,
  )
  return best && (program === 'qt' ? best[1] : best[2])
}

/** The line that follows an error's own. */
export function documentedError(face: Face, error: unknown): string | undefined {
  if (!(error instanceof EnclaveError)) return undefined
  const code = documentedCode(face, error.code)
  if (code === undefined) return undefined
  return face.program === 'qt' ? `${code} ${QT_TEXTS[code]}` : `[ ${code} ] ${NITRO_TEXTS[code]}`
}
