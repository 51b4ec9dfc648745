/**
 * Reads a document's payload and validates it against the schema of its profile: QingTian's CDDL (ecs_03_1411) with the
 * layout that Huawei's own parser requires, Nitro's CDDL and syntactic rules (docs/attestation_process.md). Input is
 * hostile. Nothing is thrown: faults are reported per check, and everything that could be read is returned, so that
 * later checks can run and a verdict names every fault.
 */
import type { Bytes } from '../../base/bytes.ts'
import type { CborItem, CborMap } from '../../encoding/cbor/item.ts'
import { DIGEST, type FieldName, type Profile } from '../profile.ts'
import { readPcrs, widthText } from './payload-pcrs.ts'
import type { PayloadReading } from './payload-reading.ts'

const OPTIONAL: ReadonlySet<FieldName> = new Set(['user_data', 'nonce', 'public_key'])
const FREE_FIELDS = [
  ['user_data', 'userData'],
  ['nonce', 'nonce'],
  ['public_key', 'publicKey'],
] as const

/** What documents of NitroTPM have in place of `pcrs` (Amazon EC2 User Guide, "NitroTPM Attestation Document"). */
const TPM_PCRS = 'nitrotpm_pcrs'

/** Reads `payload`, any data item, as the payload of a document of `profile`. */
export function readPayload(profile: Profile, payload: CborItem): PayloadReading {
  const reading: PayloadReading = { faults: [] }
  if (payload.kind !== 'map') {
    schema(reading, 'the payload is not a map', 'map', payload.kind)
    return reading
  }
  const fields = readLayout(profile, payload, reading)
  readModuleId(profile, fields.get('module_id'), reading)
  readTimestamp(profile, fields.get('timestamp'), reading)
  readDigest(fields.get('digest'), reading)
  readPcrs(profile, fields.get('pcrs'), reading)
  readCertificates(profile, fields, reading)
  for (const [name, property] of FREE_FIELDS) {
    const value = readFree(profile, name, profile.limits[property], fields.get(name), reading)
    if (value !== undefined) reading[property] = value
  }
  return reading
}

function schema(reading: PayloadReading, reason: string, expected: string, found: unknown): void {
  reading.faults.push({ check: 'payload schema', reason, expected, found: `${found}` })
}

/** The fields by name. Reports unknown, missing and (QingTian) misplaced fields. */
function readLayout(profile: Profile, payload: CborMap, reading: PayloadReading): Map<string, CborItem> {
  const fields = new Map<string, CborItem>()
  for (const { key, value } of payload.entries) {
    const known = key.kind === 'text' && (profile.fields as readonly string[]).includes(key.value)
    if (known) fields.set(key.value, value)
    else if (key.kind === 'text' && key.value === TPM_PCRS) {
      schema(
        reading,
        'this is a document of NitroTPM: of an EC2 instance, not of an enclave',
        'pcrs',
        TPM_PCRS,
      )
    } else schema(reading, 'the payload has an unknown field', profile.fields.join(', '), nameOfKey(key))
  }
  for (const field of profile.fields) {
    if (!fields.has(field) && (profile.fixedLayout || !OPTIONAL.has(field))) {
      schema(reading, `the payload has no ${field}`, field, 'nothing')
    }
  }
  if (!profile.fixedLayout) return fields
  if (payload.indefinite) {
    schema(
      reading,
      'the payload map has an indefinite length',
      'definite length, as QingTian writes it',
      'indefinite',
    )
  }
  const order = [...fields.keys()].join(', ')
  if (fields.size === profile.fields.length && order !== profile.fields.join(', ')) {
    schema(
      reading,
      'the fields are not in the order in which QingTian writes them',
      profile.fields.join(', '),
      order,
    )
  }
  return fields
}

function nameOfKey(key: CborItem): string {
  return key.kind === 'text' ? JSON.stringify(key.value.slice(0, 64)) : key.kind
}

function readModuleId(profile: Profile, item: CborItem | undefined, reading: PayloadReading): void {
  if (item === undefined) return
  if (item.kind !== 'text') return schema(reading, 'module_id is not a text string', 'text', item.kind)
  const { length } = new TextEncoder().encode(item.value)
  if (length < 1 || length > profile.limits.moduleId) {
    schema(
      reading,
      'module_id is empty or too long',
      `1 to ${profile.limits.moduleId} bytes`,
      `${length} bytes`,
    )
  }
  reading.moduleId = item.value
}

function readTimestamp(profile: Profile, item: CborItem | undefined, reading: PayloadReading): void {
  if (item === undefined) return
  if (item.kind !== 'integer' || typeof item.value !== 'number' || item.value <= 0) {
    const found = item.kind === 'integer' ? item.value : item.kind
    return schema(
      reading,
      'timestamp is out of range or not an integer',
      'milliseconds since 1970, more than 0 and below 2^53',
      found,
    )
  }
  if (profile.timestampWidth !== undefined && item.width !== profile.timestampWidth) {
    const expected = widthText(profile.timestampWidth)
    schema(reading, 'timestamp does not have the width that QingTian uses', expected, widthText(item.width))
  }
  reading.timestamp = item.value
}

function readDigest(item: CborItem | undefined, reading: PayloadReading): void {
  if (item === undefined) return
  const found = item.kind === 'text' ? item.value.slice(0, 64) : item.kind
  if (found !== DIGEST) {
    reading.faults.push({
      check: 'digest',
      reason: 'unknown digest',
      expected: DIGEST,
      found,
    })
  }
  reading.digest = found
}

function readCertificates(profile: Profile, fields: Map<string, CborItem>, reading: PayloadReading): void {
  const { limits } = profile
  const leaf = fields.get('certificate')
  if (leaf !== undefined) {
    if (leaf.kind !== 'bytes') schema(reading, 'certificate is not a byte string', 'bytes', leaf.kind)
    else {
      requireLength(reading, 'certificate', leaf.value, 1, limits.certificate)
      reading.certificate = leaf.value
    }
  }
  const bundle = fields.get('cabundle')
  if (bundle === undefined) return
  if (bundle.kind !== 'array') return schema(reading, 'cabundle is not an array', 'array', bundle.kind)
  const { length } = bundle.items
  if (profile.fixedLayout && bundle.indefinite)
    schema(reading, 'cabundle has an indefinite length', 'definite', 'indefinite')
  if (length < 1 || length > limits.cabundle) {
    schema(
      reading,
      'cabundle is empty or too long',
      `1 to ${limits.cabundle} certificates`,
      `${length} certificates`,
    )
  }
  const cabundle: Bytes[] = []
  for (const item of bundle.items.slice(0, limits.cabundle)) {
    if (item.kind !== 'bytes')
      return schema(reading, 'a certificate of cabundle is not a byte string', 'bytes', item.kind)
    requireLength(reading, 'a certificate of cabundle', item.value, 1, limits.certificate)
    cabundle.push(item.value)
  }
  if (length > 0) reading.cabundle = cabundle
}

function readFree(
  profile: Profile,
  name: string,
  most: number,
  item: CborItem | undefined,
  reading: PayloadReading,
): Bytes | undefined {
  if (item === undefined) return undefined
  if (item.kind === 'simple' && item.value === null && profile.absent === 'null') return undefined
  if (item.kind !== 'bytes') {
    schema(
      reading,
      `${name} is not a byte string`,
      profile.absent === 'null' ? 'bytes or null' : 'bytes',
      item.kind,
    )
    return undefined
  }
  requireLength(reading, name, item.value, 0, most)
  return profile.absent === 'empty' && item.value.byteLength === 0 ? undefined : item.value
}

function requireLength(
  reading: PayloadReading,
  name: string,
  value: Bytes,
  least: number,
  most: number,
): void {
  const { byteLength } = value
  if (byteLength < least || byteLength > most) {
    schema(reading, `${name} has an invalid length`, `${least} to ${most} bytes`, `${byteLength} bytes`)
  }
}
