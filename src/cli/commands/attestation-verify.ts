/** `qt attestation verify`: the verdict on an attestation document. Exit status 0 if it holds, 1 if not, 2 for a bad call. */
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

/** The clouds' own roots; the other names of roots are files and fingerprints. */
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
  throw new UsageError('E_USAGE', { what: '--max-age is no number', expected: 'seconds', got: text })
}

function readPcrs(texts: readonly string[]): Map<number, string> {
  const pcrs = new Map<number, string>()
  for (const text of texts) {
    const [, index, value] = PCR.exec(text) ?? []
    if (index === undefined || value === undefined || pcrs.has(Number(index))) {
      throw new UsageError('E_USAGE', {
        what: '--pcr is malformed, or given twice for one PCR',
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

/** A document that is bad is a verdict; whatever is thrown says that the call was. */
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
  summary: 'verify an attestation document',
  example: 'qt attestation verify document.cbor --profile nitro --root aws --nonce 00112233445566778899',
  operands: ['FILE'],
  options: {
    profile: { type: 'string', value: 'NAME', required: true, help: 'qingtian or nitro' },
    root: {
      type: 'string',
      value: 'PEM',
      multiple: true,
      help: "a PEM file, aws, huawei or a SHA-256; the profile's cloud",
    },
    at: { type: 'string', value: 'TIME', help: "the moment to judge at, ISO 8601, or 'document'; now" },
    'max-age': { type: 'string', value: 'S', help: 'how old it may be, in seconds; 900' },
    nonce: { type: 'string', value: 'HEX', help: 'the nonce that it was asked for with' },
    pcr: { type: 'string', value: 'N=HEX', multiple: true, help: 'a PCR that must have this value' },
    'reference-values': { type: 'string', value: 'FILE', help: 'allowed sets of PCRs, JSON' },
    'allow-debug': { type: 'boolean', help: 'accept an enclave in debug mode' },
    'no-freshness': { type: 'boolean', help: 'give freshness up: a replay would pass' },
    output: { type: 'string', value: 'FORM', help: 'json or text; json' },
  },
  run,
}
