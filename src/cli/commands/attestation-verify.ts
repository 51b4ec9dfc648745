/** `qt attestation verify`: verifies an attestation document. Exit status 0 if valid, 1 if not, 2 for a usage error. */
import {
  AWS_NITRO_ROOT,
  formatVerdict,
  HUAWEI_QINGTIAN_ROOT,
  type ProfileName,
  parseReferenceValues,
  type TrustedRoot,
  type VerifyOptions,
  verdictToJson,
  verifyAttestation,
} from '../../attestation/index.ts'
import { EnclaveError } from '../../base/error.ts'
import { type Command, type OptionValues, UsageError } from '../core/command.ts'
import { printError, printJson, printText } from '../output/output.ts'
import { documentBytes, outputOf, readInput, readInputText } from './attestation-input.ts'

/** The names of the clouds' roots. Any other value of --root is a file or a fingerprint. */
const ROOTS: Readonly<Record<string, string>> = { aws: AWS_NITRO_ROOT, huawei: HUAWEI_QINGTIAN_ROOT }
const CLOUD_OF: Readonly<Record<string, string>> = { nitro: 'aws', qingtian: 'huawei' }

const FINGERPRINT = /^(?:[0-9a-f]{2}:?){32}$/i
const SECONDS = /^\d{1,12}(?:\.\d+)?$/
const PCR = /^(?:PCR)?(\d{1,2})=([0-9a-f]+)$/i

async function readRoot(name: string): Promise<TrustedRoot> {
  const known = ROOTS[name]
  if (known !== undefined) return known
  return FINGERPRINT.test(name) ? name : readInputText(name)
}

function readMaxAge(text: string): number {
  if (SECONDS.test(text)) return Number(text) * 1000
  throw new UsageError('E_USAGE', { what: 'invalid --max-age', expected: 'a number of seconds', got: text })
}

function readPcrs(texts: readonly string[]): Map<number, string> {
  const pcrs = new Map<number, string>()
  for (const text of texts) {
    const [, index, value] = PCR.exec(text) ?? []
    if (index === undefined || value === undefined || pcrs.has(Number(index))) {
      throw new UsageError('E_USAGE', {
        what: 'invalid --pcr, or two for the same PCR',
        expected: 'N=HEX, for example 0=2f06…',
        got: text,
      })
    }
    pcrs.set(Number(index), value)
  }
  return pcrs
}

async function readCall(options: OptionValues): Promise<VerifyOptions> {
  const profile = options.need('profile') as ProfileName
  const names = options.list('root').length > 0 ? options.list('root') : [CLOUD_OF[profile] ?? 'aws']
  const [at, maxAge, nonce] = [options.text('at'), options.text('max-age'), options.text('nonce')]
  const references = options.text('reference-values')
  const pcrs = readPcrs(options.list('pcr'))
  return {
    profile,
    roots: await Promise.all(names.map(readRoot)),
    allowDebug: options.flag('allow-debug'),
    ...(at !== undefined && { at }),
    ...(maxAge !== undefined && { maxAge: readMaxAge(maxAge) }),
    ...(nonce !== undefined && { nonce }),
    ...(pcrs.size > 0 && { pcrs }),
    ...(references !== undefined && {
      referenceValues: parseReferenceValues(await readInputText(references)),
    }),
    ...(options.flag('no-freshness') && { freshness: false }),
  }
}

/** An invalid document gives a verdict; an exception means that the options or files are invalid. */
async function run(options: OptionValues): Promise<number> {
  try {
    const output = outputOf(options, 'json')
    const call = await readCall(options)
    const document = documentBytes(await readInput(options.operands[0] ?? ''))
    const verdict = await verifyAttestation(document, call)
    if (output === 'json') printJson(verdictToJson(verdict))
    else printText(formatVerdict(verdict))
    return verdict.ok ? 0 : 1
  } catch (error) {
    if (!(error instanceof EnclaveError)) throw error
    printError(error)
    return 2
  }
}

export const attestationVerify: Command = {
  name: 'attestation verify',
  summary: 'verify an attestation document; exit status 0 if it is valid',
  example: 'qt attestation verify document.cbor --profile nitro --root aws --nonce 00112233445566778899',
  operands: ['FILE'],
  options: {
    profile: { type: 'string', value: 'NAME', required: true, help: 'qingtian or nitro' },
    root: {
      type: 'string',
      value: 'PEM',
      multiple: true,
      help: "trusted root: aws, huawei, a PEM file or a SHA-256; by default that of the profile's cloud",
    },
    at: {
      type: 'string',
      value: 'TIME',
      help: "verify as of this ISO 8601 time, or 'document'; now by default",
    },
    'max-age': { type: 'string', value: 'S', help: 'maximum age in seconds; 900 by default' },
    nonce: { type: 'string', value: 'HEX', help: 'the nonce that the document must contain' },
    pcr: { type: 'string', value: 'N=HEX', multiple: true, help: 'value that PCR N must have' },
    'reference-values': { type: 'string', value: 'FILE', help: 'JSON file with the allowed sets of PCRs' },
    'allow-debug': { type: 'boolean', help: 'accept a document of an enclave in debug mode' },
    'no-freshness': { type: 'boolean', help: 'do not require freshness: a replayed document is accepted' },
    output: { type: 'string', value: 'FORMAT', help: 'json (default) or text' },
  },
  run,
}
