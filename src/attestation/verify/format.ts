/**
 * Formats verdicts and documents as text and as JSON. Text from a document is hostile, and may be printed to a
 * terminal: it is shown as hex, or with every unprintable character replaced.
 */
import { type Bytes, toHex } from '../../base/bytes.ts'
import type { Pcrs } from '../../base/pcrs.ts'
import type { ProfileName } from '../../base/profile.ts'
import { readCertificate } from '../../encoding/x509/certificate.ts'
import { nameText, printable } from '../../encoding/x509/name.ts'
import { type AttestationDocument, isZero } from '../document.ts'
import { isoTime } from './path.ts'
import type { Check, Verdict } from './verdict.ts'

/** The meaning of each system PCR (ecs_03_1410; AWS, "Cryptographic attestation"). */
const PCR_MEANING: Readonly<Record<ProfileName, Readonly<Record<number, string>>>> = {
  qingtian: {
    0: 'the image',
    1: 'not used',
    2: 'not used',
    3: "the parent instance's agency",
    4: 'the parent instance',
    8: 'the certificate that signed the image',
  },
  nitro: {
    0: 'the image',
    1: 'kernel, command line and boot ramdisk',
    2: 'the application',
    3: "the parent instance's IAM role",
    4: 'the parent instance',
    8: 'the certificate that signed the image',
  },
}

/** Optional fields longer than this are truncated in the output; they can be 4096 bytes long. */
const SHOWN_BYTES = 64

/**
 * Formats a verdict as text: one line per check, with expected and found values below those that fail.
 * @example
 * const verdict = await verifyAttestation(document, { profile: 'nitro', roots: root, nonce })
 * formatVerdict(verdict).split('\n')[0] // 'VERIFIED: all 16 checks hold'
 */
export function formatVerdict(verdict: Verdict): string {
  const { ok, checks, document } = verdict
  const failed = checks.filter((check) => !check.ok).length
  const summary = ok
    ? `VERIFIED: all ${checks.length} checks hold`
    : `REFUSED: ${failed} of ${checks.length} checks fail`
  const subject =
    document === undefined
      ? []
      : [`${printable(document.moduleId)}, ${document.profile}, ${isoTime(document.timestamp)}`]
  return [summary, ...subject, ...checks.flatMap(formatCheck), ''].join('\n')
}

function formatCheck({ number, name, ok, reason, expected, found }: Check): string[] {
  const line = `${ok ? '  ok  ' : '  NO  '}${String(number).padStart(2)} ${name.padEnd(17)} ${printable(reason)}`
  const indent = ' '.repeat(27)
  const details = ok ? [] : [label('expected', expected), label('found', found)]
  return [line, ...details.filter((detail) => detail !== undefined).map((detail) => indent + detail)]
}

function label(name: string, value: string | undefined): string | undefined {
  return value === undefined ? undefined : `${name.padEnd(8)} ${printable(value)}`
}

/**
 * Formats a document as annotated text, without verifying anything.
 * @example
 * console.log(formatDocument(decodeDocument(bytes, 'nitro')))
 */
export function formatDocument(document: AttestationDocument): string {
  const { profile, moduleId, timestamp, digest, pcrs, certificate, cabundle } = document
  return [
    `Attestation document of ${profile}, decoded but not verified`,
    `module_id    ${printable(moduleId)}`,
    `timestamp    ${isoTime(timestamp)} (${timestamp} ms)`,
    `digest       ${printable(digest)}`,
    `pcrs         ${pcrs.size}`,
    ...formatPcrs(profile, pcrs),
    `cabundle     ${cabundle.length} certificates, the root first`,
    ...cabundle.flatMap((der, index) => formatCertificate(`  ${index}`, der)),
    'certificate  the leaf, whose key signed the document',
    ...formatCertificate('  *', certificate),
    `user_data    ${formatField(document.userData)}`,
    `nonce        ${formatField(document.nonce)}`,
    `public_key   ${formatField(document.publicKey)}`,
    '',
  ].join('\n')
}

function formatPcrs(profile: ProfileName, pcrs: Pcrs): string[] {
  const zeros: number[] = []
  const lines: string[] = []
  for (const [index, value] of [...pcrs].sort(([left], [right]) => left - right)) {
    if (isZero(value) && index !== 0) zeros.push(index)
    else {
      const fallback = index >= 16 ? "the application's own" : 'not assigned'
      const meaning = index === 0 && isZero(value) ? 'zero: debug mode' : PCR_MEANING[profile][index]
      lines.push(`  ${`PCR${index}`.padEnd(6)} ${toHex(value)}  ${meaning ?? fallback}`)
    }
  }
  return zeros.length === 0 ? lines : [...lines, `  zero   PCR ${zeros.join(', ')}`]
}

function formatCertificate(mark: string, der: Bytes): string[] {
  try {
    const { subject, notBefore, notAfter, extensions } = readCertificate(der)
    const { ca, pathLength } = extensions.basicConstraints ?? { ca: false, pathLength: undefined }
    const role = ca
      ? `authority${pathLength === undefined ? '' : `, path length ${pathLength}`}`
      : 'not an authority'
    return [
      `${mark.padEnd(4)} ${nameText(subject)}`,
      `     ${isoTime(notBefore)} to ${isoTime(notAfter)}, ${role}, ${der.byteLength} bytes`,
    ]
  } catch (error) {
    return [`${mark.padEnd(4)} unreadable, ${der.byteLength} bytes: ${printable(String(error))}`]
  }
}

function formatField(value: Bytes | undefined): string {
  if (value === undefined) return 'absent'
  const shown = toHex(value.subarray(0, SHOWN_BYTES))
  return `${value.byteLength} bytes${shown && ` ${shown}`}${value.byteLength > SHOWN_BYTES ? '…' : ''}`
}

/** A verdict as JSON: byte strings in hex, PCRs by name. */
export interface VerdictJson {
  readonly ok: boolean
  readonly checks: readonly Check[]
  readonly document: Readonly<Record<string, unknown>> | null
}

/** Converts a verdict for `JSON.stringify`, without byte arrays and maps. */
export function verdictToJson({ ok, checks, document }: Verdict): VerdictJson {
  return { ok, checks, document: document === undefined ? null : documentToJson(document) }
}

/** Converts a document for `JSON.stringify`: hex instead of byte arrays and maps, and `null` for absent fields. */
export function documentToJson(document: AttestationDocument): Readonly<Record<string, unknown>> {
  const { profile, moduleId, timestamp, digest, pcrs, certificate, cabundle } = document
  const hexOrNull = (value: Bytes | undefined) => (value === undefined ? null : toHex(value))
  return {
    profile,
    moduleId,
    timestamp,
    time: isoTime(timestamp),
    digest,
    pcrs: Object.fromEntries([...pcrs].map(([index, value]) => [`PCR${index}`, toHex(value)])),
    certificate: toHex(certificate),
    cabundle: cabundle.map(toHex),
    userData: hexOrNull(document.userData),
    nonce: hexOrNull(document.nonce),
    publicKey: hexOrNull(document.publicKey),
  }
}
