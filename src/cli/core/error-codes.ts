/**
 * The codes that the clouds document for what went wrong: QingTian's 01 to 43 (ecs_03_1420) and Nitro's E00 to E60
 * (aws-nitro-enclaves-cli, `document_errors.rs`), beside our own. Where the cloud has no code for it, there is none.
 */
import { EnclaveError } from '../../base/error.ts'
import { NITRO_TEXTS, QT_TEXTS } from './error-texts.ts'
import type { Voice } from './face.ts'

/** The beginning of our own code, QingTian's, Nitro's, and what to do. The longest beginning that fits counts. */
const CODES: readonly (readonly [ours: string, qt: string, nitro: string, advice: string])[] = [
  ['E_USAGE_MISSING', '01', 'E01', 'Give the argument that the message names; --help has an example.'],
  ['E_USAGE_CONFLICT', '02', 'E02', 'Give one of the two options.'],
  ['E_USAGE', '02', 'E03', 'Correct the argument that the message names; --help has an example.'],
  [
    'E_FILE',
    '03',
    'E19',
    'Check that the file is there and may be read, or that its directory may be written.',
  ],
  [
    'E_STATE',
    '03',
    'E19',
    'Check the directories that qt doctor shows: they must be writable, with room left.',
  ],
  ['E_STATE_OWNER', '03', 'E18', 'Set XDG_RUNTIME_DIR and XDG_STATE_HOME to directories of your own.'],
  ['E_STATE_MODE', '03', 'E18', 'chmod 700 the directory, after a look at who may have used it.'],
  ['E_STATE_BUSY', '12', 'E15', 'Too many commands changed the pool at once: try again.'],
  ['E_ENV_FILE', '03', 'E19', 'Check that the file of the pool may be read: qt env show names it.'],
  [
    'E_ENV_SETTING',
    '06',
    'E24',
    'Correct the line that the message names: qt env show tells which file counts.',
  ],
  [
    'E_ENV_MISSING',
    '07',
    'E24',
    'Add memory_mib, and cpu_count or a list of vCPUs, to the file of the pool.',
  ],
  ['E_CLOUD_ENCLAVES', '05', 'E28', 'Stop an enclave, or raise max_enclaves in the file of the pool.'],
  [
    'E_CLOUD_MEMORY',
    '10',
    'E26',
    'Give more memory: four times the image, and no less than the cloud demands.',
  ],
  [
    'E_IMAGE_MEMORY',
    '10',
    'E26',
    'Give as much memory as the manifest of the image asks for: query-eif shows it.',
  ],
  ['E_IMAGE_SIZE', '10', 'E26', 'Give more memory than the image has bytes.'],
  [
    'E_POOL_MEMORY',
    '09',
    'E27',
    'Stop an enclave, ask for less, or raise memory_mib: qt env show tells what is left.',
  ],
  [
    'E_POOL_VCPUS',
    '11',
    'E22',
    'Stop an enclave, ask for fewer, or raise cpu_count: qt env show tells what is left.',
  ],
  ['E_CPU_LIST', '11', 'E21', 'Choose vCPUs that are free: qt env show tells which.'],
  ['E_CPU_TWICE', '11', 'E20', 'Name each vCPU once.'],
  ['E_CID_TAKEN', '43', 'E33', 'Choose another CID, or give none: the lowest that is free is taken.'],
  ['E_CID_RANGE', '02', 'E03', 'Choose a CID from 4 to 4294967294.'],
  ['E_ENCLAVE_NAME', '02', 'E58', 'Choose another name.'],
  [
    'E_ENCLAVE_BOOT',
    '19',
    'E36',
    'Start it in debug mode and read its console; the message says how it ended.',
  ],
  [
    'E_ADMISSION',
    '19',
    'E36',
    'Build the application without what the message names: an enclave may have its memory and our imports only.',
  ],
  ['E_COMPONENT', '19', 'E36', 'Build the application again as a component of WASI 0.2.'],
  [
    'E_KEEPER_GONE',
    '23',
    'E39',
    'It was killed, or is stuck: query tells what runs, and stop ends what is stuck.',
  ],
  ['E_ENCLAVE_UNKNOWN', '28', 'E39', 'See query: the enclave may have ended by itself.'],
  ['E_CONSOLE_MODE', '32', 'E44', 'Start the enclave in debug mode: its PCRs 0 to 15 are then zero.'],
  [
    'E_IMAGE',
    '19',
    'E35',
    'Build the image again, with this release: query-eif tells what is wrong with it.',
  ],
  ['E_ARCHIVE', '19', 'E35', 'Build the image again.'],
  ['E_IMAGE_SIGNATURE', '19', 'E59', 'Sign the image again, with a certificate that is valid now.'],
  ['E_IMAGE_CERTIFICATE', '38', 'E60', 'Use a certificate that is valid now and belongs to the key.'],
  ['E_IMAGE_KEY', '40', 'E60', 'Use a key on P-256, P-384 or P-521.'],
  ['E_APP', '37', 'E48', 'Correct what the message names in the application.'],
  [
    'E_BUILD',
    '37',
    'E48',
    'Build from a folder that has all of the application, so that others can do the same.',
  ],
]

/** The documented code for one of ours, or undefined. */
export function documentedCode({ program }: Voice, code: string): string | undefined {
  const best = rowOf(code)
  return best && (program === 'qt' ? best[1] : best[2])
}

function rowOf(code: string): (typeof CODES)[number] | undefined {
  return CODES.filter(([ours]) => code === ours || code.startsWith(`${ours}_`)).toSorted(
    (left, right) => right[0].length - left[0].length,
  )[0]
}

/** All that is known of a code, ours or a cloud's; undefined where it is none. */
export function explainCode(given: string): Record<string, unknown> | undefined {
  const code = /^\d$/.test(given) ? `0${given}` : given.toUpperCase()
  const own = rowOf(code)
  const rows = own ? [own] : CODES.filter((row) => row[1] === code || row[2] === code)
  const text = QT_TEXTS[code] ?? NITRO_TEXTS[code]
  if (!own && text === undefined) return undefined
  const withText = (codes: readonly string[], texts: Readonly<Record<string, string>>) =>
    [...new Set(codes)].map((each) => `${each} ${texts[each]}`)
  return {
    Code: code,
    ...(text !== undefined && { Text: text }),
    ...(rows.length === 0 && { Here: 'nothing here ends with this code: there is no such device or step' }),
    ...(!own && rows.length > 0 && { Here: rows.map(([ours]) => ours) }),
    ...(rows.length > 0 && {
      QingTian: withText(
        rows.map((row) => row[1]),
        QT_TEXTS,
      ),
      Nitro: withText(
        rows.map((row) => row[2]),
        NITRO_TEXTS,
      ),
      Advice: rows.map((row) => row[3]),
    }),
  }
}

/** The line that follows an error's own. */
export function documentedError(voice: Voice, error: unknown): string | undefined {
  if (!(error instanceof EnclaveError)) return undefined
  const code = documentedCode(voice, error.code)
  if (code === undefined) return undefined
  return voice.program === 'qt' ? `${code} ${QT_TEXTS[code]}` : `[ ${code} ] ${NITRO_TEXTS[code]}`
}
