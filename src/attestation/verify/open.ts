/**
 * Opens a document: CBOR, the COSE envelope, the payload's schema. These are the first five checks of a verdict, in the
 * order of the clouds' documentation. Input is hostile and not trusted here: the signature is checked later, over the
 * same bytes.
 */

import { type Bytes, equalBytes, toHex } from '../../base/bytes.ts'
import { EnclaveError } from '../../base/error.ts'
import type { ErrorCode } from '../../base/error-code.ts'
import type { CborItem } from '../../encoding/cbor/item.ts'
import { readCbor } from '../../encoding/cbor/reader.ts'
import { readSign1, type Sign1 } from '../../encoding/cose.ts'
import type { AttestationDocument } from '../document.ts'
import { ES384, PROFILES, type Profile, profileOf } from '../profile.ts'
import { readPayload } from './payload.ts'
import type { PayloadReading } from './payload-reading.ts'
import { type CheckName, Ledger } from './verdict.ts'

/** The parts that could be parsed. */
export interface Opened {
  readonly sign1: Sign1 | undefined
  readonly payload: PayloadReading | undefined
}

/** Maximum length of the envelope around a payload: headers and signature take some 120 bytes. */
const ENVELOPE_MAX = 1024

const SCHEMA_CHECKS = ['payload schema', 'digest', 'PCR shape'] as const

/**
 * Makes the checks `CBOR` to `PCR shape` and returns what the later checks need. The document is copied once its length
 * has been checked, because the caller could change it while later checks wait.
 */
export function openDocument(profile: Profile, bytes: Uint8Array, ledger: Ledger): Opened {
  // Checked before parsing: an array of a hundred million zeros is valid CBOR, but no hypervisor writes it.
  const most = profile.limits.payload + ENVELOPE_MAX
  if (bytes.byteLength > most) {
    const finding = { expected: `at most ${most} bytes`, found: `${bytes.byteLength} bytes` }
    ledger.fail('CBOR', 'the document is too long', finding)
  }
  const outer =
    bytes.byteLength > most
      ? undefined
      : attempt(ledger, 'CBOR', () => readCbor(Uint8Array.from(bytes), { tags: 'outermost' }))
  if (outer === undefined) {
    ledger.notReached(['COSE header', ...SCHEMA_CHECKS], 'the bytes could not be parsed')
    return { sign1: undefined, payload: undefined }
  }
  const sign1 = attempt(ledger, 'COSE header', () => readSign1(outer))
  if (sign1 !== undefined) judgeHeader(profile, sign1, ledger)
  const payloadBytes = sign1?.payload ?? payloadOf(outer)
  const item = payloadBytes && attempt(ledger, 'CBOR', () => readCbor(payloadBytes))
  const each = payloadBytes ? 'the envelope and the payload are one' : 'the bytes are one'
  ledger.pass('CBOR', `${each} strict CBOR item${payloadBytes ? ' each' : ''}`)
  if (item === undefined) {
    const because = payloadBytes ? 'the payload is not CBOR' : 'the envelope has no payload'
    ledger.notReached(SCHEMA_CHECKS, because)
    return { sign1, payload: undefined }
  }
  return { sign1, payload: judgePayload(profile, item, ledger) }
}

function attempt<T>(ledger: Ledger, name: CheckName, action: () => T): T | undefined {
  try {
    return action()
  } catch (error) {
    ledger.failWith(name, error)
    return undefined
  }
}

/** The payload of an otherwise invalid envelope, so that a verdict can still report on it. */
function payloadOf(outer: CborItem): Bytes | undefined {
  const array = outer.kind === 'tag' ? outer.item : outer
  const payload = array.kind === 'array' ? array.items[2] : undefined
  return payload?.kind === 'bytes' ? payload.value : undefined
}

function judgeHeader(profile: Profile, sign1: Sign1, ledger: Ledger): void {
  const { protectedHeader, algorithm, unprotected } = sign1
  const header = { expected: toHex(profile.protectedHeader), found: toHex(protectedHeader) }
  const other = Object.values(PROFILES).find((each) => equalBytes(protectedHeader, each.protectedHeader))
  if (algorithm !== ES384) {
    ledger.fail('COSE header', 'the algorithm is not ES384', { expected: `${ES384}`, found: `${algorithm}` })
  } else if (other && other !== profile) {
    const reason = `this is a document of ${other.name}, not of ${profile.name}: choose the profile ${other.name}`
    ledger.fail('COSE header', reason, { expected: profile.name, found: other.name })
  } else if (!equalBytes(protectedHeader, profile.protectedHeader)) {
    const reason = `the protected header is not written as ${profile.name} writes it`
    ledger.fail('COSE header', reason, header)
  } else if (unprotected.entries.length > 0 || unprotected.indefinite) {
    const reason = 'the unprotected header, which is not signed, is not empty'
    ledger.fail('COSE header', reason, { expected: '{}', found: `${unprotected.entries.length} entries` })
  } else
    ledger.pass('COSE header', `COSE_Sign1 of ${profile.name} with ES384 and an empty unprotected header`)
}

function judgePayload(profile: Profile, item: CborItem, ledger: Ledger): PayloadReading {
  const reading = readPayload(profile, item)
  const size = item.end - item.start
  if (size > profile.limits.payload) {
    const expected = `at most ${profile.limits.payload} bytes`
    ledger.fail('payload schema', 'the payload is too large', { expected, found: `${size} bytes` })
  }
  for (const { check, reason, ...finding } of reading.faults) ledger.fail(check, reason, finding)
  if (reading.digest === undefined) ledger.notReached(['digest'], 'the payload has no digest')
  if (reading.pcrs === undefined) ledger.notReached(['PCR shape'], 'the payload has no PCRs')
  ledger.pass('payload schema', `the fields are those of ${profile.name}, with valid types and sizes`)
  ledger.pass('digest', 'SHA384, the digest of ES384')
  ledger.pass('PCR shape', `${reading.pcrs?.size} PCRs of 48 bytes`)
  return reading
}

/** The document, if all required fields are present. */
export function documentOf(
  profile: Profile,
  reading: PayloadReading | undefined,
): AttestationDocument | undefined {
  if (reading === undefined) return undefined
  const { moduleId, timestamp, digest, pcrs, certificate, cabundle, userData, nonce, publicKey } = reading
  const missing =
    moduleId === undefined ||
    timestamp === undefined ||
    digest === undefined ||
    pcrs === undefined ||
    certificate === undefined ||
    cabundle === undefined
  if (missing) return undefined
  return {
    profile: profile.name,
    moduleId,
    timestamp,
    digest,
    pcrs,
    certificate,
    cabundle,
    userData,
    nonce,
    publicKey,
  }
}

/** The error code of a document that cannot be decoded, by the check that fails. */
const DECODE_CODES: Partial<Record<CheckName, ErrorCode>> = {
  CBOR: 'E_DOCUMENT_CBOR',
  'COSE header': 'E_DOCUMENT_COSE',
  'payload schema': 'E_DOCUMENT_SCHEMA',
  digest: 'E_DOCUMENT_DIGEST',
  'PCR shape': 'E_DOCUMENT_PCRS',
}

/**
 * Decodes a document without verifying it, to inspect its content. Nothing in the result can be trusted; use
 * `verifyAttestation` for that.
 *
 * @throws {EnclaveError} E_DOCUMENT_CBOR, E_DOCUMENT_COSE, E_DOCUMENT_SCHEMA, E_DOCUMENT_DIGEST, E_DOCUMENT_PCRS;
 * E_DOCUMENT_PROFILE for an unknown profile.
 */
export function decodeDocument(
  bytes: Uint8Array,
  profileName: AttestationDocument['profile'],
): AttestationDocument {
  const profile = profileOf(profileName)
  const ledger = new Ledger()
  const { payload } = openDocument(profile, bytes, ledger)
  const document = documentOf(profile, payload)
  const { checks } = ledger.verdict(document)
  const failed = checks.find(({ ok }) => !ok)
  if (document !== undefined && failed === undefined) return document
  throw new EnclaveError(DECODE_CODES[failed?.name ?? 'payload schema'] ?? 'E_DOCUMENT_SCHEMA', {
    what: failed?.reason ?? 'the document is incomplete',
    expected: failed?.expected,
    got: failed?.found,
  })
}
