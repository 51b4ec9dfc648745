/**
 * The protocol between a guest and its security module: CBOR maps with one key, as for NSM's driver
 * (aws-nitro-enclaves-nsm-api, `src/api/mod.rs`). QTSM's own driver format is not public; its calls use the same form,
 * except that `LockPCRs` has a list of indexes where NSM has a count. Both directions are hostile input to their
 * reader.
 */

import type { AttestedFields } from '../base/attested-fields.ts'
import { type Bytes, concatBytes } from '../base/bytes.ts'
import type { CborItem } from '../encoding/cbor/item.ts'
import { readCbor } from '../encoding/cbor/reader.ts'
import { CBOR_NULL, cborArray, cborBytes, cborInteger, cborMap, cborText } from '../encoding/cbor/writer.ts'
import { ERROR_NAMES, type ErrorName, QtsmError } from './error-code.ts'

/** Maximum length of a request in bytes (`NSM_REQUEST_MAX_SIZE`). */
export const MAX_REQUEST_LENGTH = 0x1000

/** Maximum length of the caller's fields of a document in bytes. */
export const FIELD_LIMITS = {
  qingtian: { userData: 512, nonce: 512, publicKey: 1024 },
  nitro: { userData: 1024, nonce: 1024, publicKey: 1024 },
} as const

/** Maximum number of random bytes per call. */
export const MAX_RANDOM_LENGTH = 256

/** One of the seven calls. */
export type QtsmRequest =
  | { call: 'DescribePCR'; index: number }
  | { call: 'ExtendPCR'; index: number; data: Uint8Array }
  | { call: 'LockPCR'; index: number }
  | { call: 'LockPCRs'; range: readonly number[] | number }
  | { call: 'DescribeNSM' }
  | ({ call: 'Attestation' } & AttestedFields)
  | { call: 'GetRandom'; length?: number | undefined }

/** The module's description. */
export interface QtsmDescription {
  versionMajor: number
  versionMinor: number
  versionPatch: number
  moduleId: string
  maxPcrs: number
  lockedPcrs: readonly number[]
  digest: 'SHA256' | 'SHA384' | 'SHA512'
}

/** A cache of encoded names of calls and fields. */
const names = new Map<string, Bytes>()

function encodeName(name: string): Bytes {
  const known = names.get(name)
  if (known) return known
  const encoded = cborText(name)
  names.set(name, encoded)
  return encoded
}

const pair = (key: string, value: Bytes): readonly [Bytes, Bytes] => [encodeName(key), value]
/** The first byte of a map of fewer than 24 entries. */
const mapHead = (entries: number): Bytes => Uint8Array.of(0xa0 | entries)
const MAP_OF_ONE = mapHead(1)

/**
 * Encodes a map with one key whose value is a map of `fields`, in one allocation, because calls are short and frequent.
 */
function variant(name: string, ...fields: (readonly [Bytes, Bytes])[]): Bytes {
  const parts = [MAP_OF_ONE, encodeName(name), mapHead(fields.length)]
  for (const [key, value] of fields) parts.push(key, value)
  return concatBytes(...parts)
}

const optional = (bytes: Uint8Array | undefined) => (bytes === undefined ? CBOR_NULL : cborBytes(bytes))

/** Encodes a request. */
export function encodeRequest(request: QtsmRequest): Bytes {
  switch (request.call) {
    case 'DescribePCR':
    case 'LockPCR':
      return variant(request.call, pair('index', cborInteger(request.index)))
    case 'ExtendPCR':
      return variant(
        'ExtendPCR',
        pair('index', cborInteger(request.index)),
        pair('data', cborBytes(request.data)),
      )
    case 'LockPCRs': {
      const { range } = request
      const encoded =
        typeof range === 'number' ? cborInteger(range) : cborArray(range.map((index) => cborInteger(index)))
      return variant('LockPCRs', pair('range', encoded))
    }
    case 'DescribeNSM':
      return cborText('DescribeNSM')
    case 'Attestation':
      return variant(
        'Attestation',
        pair('user_data', optional(request.userData)),
        pair('nonce', optional(request.nonce)),
        pair('public_key', optional(request.publicKey)),
      )
    case 'GetRandom':
      return request.length === undefined
        ? cborText('GetRandom')
        : variant('GetRandom', pair('length', cborInteger(request.length)))
  }
}

/** @throws {QtsmError} InvalidOperation if it is not a known request, InvalidArgument if a field is invalid. */
export function decodeRequest(bytes: Bytes): QtsmRequest {
  const { name, fields } = readVariant(bytes, 'InvalidOperation')
  const integer = (key: string) => expectInteger(fields.get(key), 'InvalidArgument')
  const optionalBytes = (key: string) => expectOptionalBytes(fields.get(key))
  switch (name) {
    case 'DescribePCR':
    case 'LockPCR':
      return { call: name, index: integer('index') }
    case 'ExtendPCR':
      return { call: name, index: integer('index'), data: expectBytes(fields.get('data'), 'InvalidArgument') }
    case 'LockPCRs': {
      const range = fields.get('range')
      if (range?.kind === 'array') {
        return { call: name, range: range.items.map((item) => expectInteger(item, 'InvalidArgument')) }
      }
      return { call: name, range: expectInteger(range, 'InvalidArgument') }
    }
    case 'DescribeNSM':
      return { call: name }
    case 'Attestation':
      return {
        call: name,
        userData: optionalBytes('user_data'),
        nonce: optionalBytes('nonce'),
        publicKey: optionalBytes('public_key'),
      }
    case 'GetRandom':
      return { call: name, length: fields.has('length') ? integer('length') : undefined }
    default:
      throw new QtsmError('InvalidOperation')
  }
}

/** Encoders for each kind of response. */
export const encodeResponse = {
  error: (code: ErrorName): Bytes => cborMap([pair('Error', cborText(code))]),
  describePcr: (locked: boolean, value: Uint8Array): Bytes =>
    variant('DescribePCR', pair('lock', Uint8Array.of(locked ? 0xf5 : 0xf4)), pair('data', cborBytes(value))),
  bytes: (name: 'ExtendPCR' | 'Attestation' | 'GetRandom', value: Uint8Array): Bytes => {
    const key = { ExtendPCR: 'data', Attestation: 'document', GetRandom: 'random' }[name]
    return variant(name, pair(key, cborBytes(value)))
  },
  done: (name: 'LockPCR' | 'LockPCRs'): Bytes => cborText(name),
  describe: (description: QtsmDescription): Bytes =>
    variant(
      'DescribeNSM',
      pair('version_major', cborInteger(description.versionMajor)),
      pair('version_minor', cborInteger(description.versionMinor)),
      pair('version_patch', cborInteger(description.versionPatch)),
      pair('module_id', cborText(description.moduleId)),
      pair('max_pcrs', cborInteger(description.maxPcrs)),
      pair('locked_pcrs', cborArray(description.lockedPcrs.map((index) => cborInteger(index)))),
      pair('digest', cborText(description.digest)),
    ),
}

/**
 * Decodes the fields of a successful response to the call `name`. @throws {QtsmError} the module's error, or
 * InvalidResponse.
 */
export function decodeResponse(bytes: Bytes, name: QtsmRequest['call']): ReadonlyMap<string, CborItem> {
  const response = readVariant(bytes, 'InvalidResponse')
  if (response.name === 'Error') throw new QtsmError(response.error ?? 'InvalidResponse')
  if (response.name !== name) throw new QtsmError('InvalidResponse')
  return response.fields
}

/** The bytes in a field, as a view of the message. @throws {QtsmError} `code` for anything else. */
export function expectBytes(item: CborItem | undefined, code: ErrorName): Bytes {
  if (item?.kind !== 'bytes') throw new QtsmError(code)
  return item.value
}

/** The non-negative integer in a field. @throws {QtsmError} `code` for anything else. */
export function expectInteger(item: CborItem | undefined, code: ErrorName): number {
  if (item?.kind !== 'integer' || typeof item.value !== 'number' || item.value < 0) throw new QtsmError(code)
  return item.value
}

function expectOptionalBytes(item: CborItem | undefined): Bytes | undefined {
  if (item === undefined || (item.kind === 'simple' && item.value === null)) return undefined
  return expectBytes(item, 'InvalidArgument')
}

interface Variant {
  name: string
  fields: ReadonlyMap<string, CborItem>
  error?: ErrorName | undefined
}

/** A text, or a map with one text key: the two forms of an externally tagged enum (serde). */
function readVariant(bytes: Bytes, code: ErrorName): Variant {
  const item = readOrThrow(bytes, code)
  if (item.kind === 'text') return { name: item.value, fields: new Map() }
  const entry = item.kind === 'map' && item.entries.length === 1 ? item.entries[0] : undefined
  if (entry?.key.kind !== 'text') throw new QtsmError(code)
  const name = entry.key.value
  const { value: inner } = entry
  if (inner.kind === 'text') {
    return { name, fields: new Map(), error: ERROR_NAMES.find((known) => known === inner.value) }
  }
  if (inner.kind !== 'map') throw new QtsmError(code)
  const fields = new Map<string, CborItem>()
  for (const { key, value } of inner.entries) {
    if (key.kind !== 'text') throw new QtsmError(code)
    fields.set(key.value, value)
  }
  return { name, fields }
}

function readOrThrow(bytes: Bytes, code: ErrorName): CborItem {
  try {
    return readCbor(bytes)
  } catch {
    throw new QtsmError(code)
  }
}
