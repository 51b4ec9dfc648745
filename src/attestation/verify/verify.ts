/**
 * The verifier: bytes in, a verdict out (ecs_03_1412 "Verifying the signature"; aws-nitro-enclaves-nsm-api,
 * docs/attestation_process.md section 3). The document is hostile until its signature holds under a root that the
 * caller pinned; all checks use the bytes as received.
 */
import { equalBytes, toHex } from '../../base/bytes.ts'
import { isZero } from '../document.ts'
import { type Call, readCall, type VerifyOptions } from './call.ts'
import { judgeChain } from './chain-checks.ts'
import { documentOf, openDocument } from './open.ts'
import { CLOCK_SKEW } from './path.ts'
import type { PayloadReading } from './payload-reading.ts'
import { applyPolicy } from './policy.ts'
import { CHECK_NAMES, type CheckName, Ledger, type Verdict } from './verdict.ts'

/** Checks that are made only if the caller expects a value. */
const ASKED_CHECKS: readonly CheckName[] = ['public key', 'user data']

/**
 * Verifies an attestation document of either cloud, or of webclave.
 *
 * Never throws for a bad document, whatever its bytes; throws for bad options. Trust the document only if `ok`.
 *
 * @throws {EnclaveError} E_VERIFY_OPTION, E_VERIFY_NONCE (no nonce, and `freshness` is not `false`), E_VERIFY_ROOTS,
 * E_VERIFY_TEST_ROOT (the root of test parents, and `allowTestRoot` is not `true`), E_VERIFY_DOCUMENT, E_DOCUMENT_PROFILE, E_POLICY_FORMAT, E_POLICY_PCR, E_CERTIFICATE_… (an invalid root), E_BASE64,
 * E_HEX.
 * @example
 * // `root` is pinned, `nonce` was sent to the enclave, `pcrs` are those of the image that was built.
 * const verdict = await verifyAttestation(document, { profile: 'nitro', roots: root, nonce, pcrs })
 * if (!verdict.ok) throw new Error(formatVerdict(verdict))
 * verdict.document.moduleId // 'i-0-enc0'
 */
export async function verifyAttestation(bytes: Uint8Array, options: VerifyOptions): Promise<Verdict> {
  const call = readCall(bytes, options)
  const ledger = new Ledger()
  const { sign1, payload } = openDocument(call.profile, call.bytes, ledger)
  const at = call.at === 'document' ? payload?.timestamp : call.at
  await judgeChain(call, sign1, payload, at, ledger)
  judgeFreshness(call, payload, at, ledger)
  judgeNonce(call, payload, ledger)
  judgePcrs(call, payload, ledger)
  judgeField('public key', call.publicKey, payload, payload?.publicKey, ledger)
  judgeField('user data', call.userData, payload, payload?.userData, ledger)
  const asked = CHECK_NAMES.filter((name) => !ASKED_CHECKS.includes(name))
  ledger.notReached(asked, 'an earlier check failed')
  return ledger.verdict(documentOf(call.profile, payload))
}

function judgeFreshness(
  call: Call,
  payload: PayloadReading | undefined,
  at: number | undefined,
  ledger: Ledger,
): void {
  const { maxAge } = call
  const { timestamp } = payload ?? {}
  if (timestamp === undefined || at === undefined)
    return ledger.notReached(['freshness'], 'the timestamp is missing')
  const age = at - timestamp
  if (call.at === 'document') {
    ledger.pass('freshness', "judged at the document's own time, which says nothing of its age")
  } else if (maxAge === undefined)
    ledger.pass('freshness', 'not checked, as the caller requested: a replay would pass')
  else if (age <= maxAge && age >= -CLOCK_SKEW) {
    ledger.pass('freshness', `${age} ms old, at most ${maxAge} ms allowed`)
  } else {
    const reason = age > maxAge ? 'the document is too old' : 'the document is from the future'
    ledger.fail('freshness', reason, {
      expected: `${-CLOCK_SKEW} to ${maxAge} ms old`,
      found: `${age} ms old`,
    })
  }
}

function judgeNonce({ nonce }: Call, payload: PayloadReading | undefined, ledger: Ledger): void {
  if (nonce === undefined) ledger.pass('nonce', 'not checked, as the caller requested')
  else judgeField('nonce', nonce, payload, payload?.nonce, ledger)
}

function judgeField(
  name: 'nonce' | 'public key' | 'user data',
  expected: Uint8Array | undefined,
  payload: PayloadReading | undefined,
  found: Uint8Array | undefined,
  ledger: Ledger,
): void {
  if (expected === undefined) return
  if (payload === undefined) return ledger.notReached([name], 'the payload could not be parsed')
  // An empty expected value matches an absent field: QingTian does not distinguish them.
  if (equalBytes(found ?? new Uint8Array(0), expected)) ledger.pass(name, `the ${name} is the expected one`)
  else {
    const finding = { expected: toHex(expected), found: found === undefined ? 'absent' : toHex(found) }
    ledger.fail(name, `the ${name} is not the expected one`, finding)
  }
}

function judgePcrs(call: Call, payload: PayloadReading | undefined, ledger: Ledger): void {
  const { pcrs } = payload ?? {}
  if (pcrs === undefined) return ledger.notReached(['PCR policy', 'debug'], 'the PCRs are missing')
  ledger.pass('PCR policy', 'the caller expects no PCR values')
  for (const sets of call.policies) {
    const { ok, reason, ...finding } = applyPolicy(pcrs, sets)
    if (ok) ledger.pass('PCR policy', reason)
    else ledger.fail('PCR policy', reason, finding)
  }
  const image = pcrs.get(0)
  if (image === undefined) ledger.fail('debug', 'PCR0 is missing, so the image is unknown')
  else if (!isZero(image)) ledger.pass('debug', 'PCR0 is not zero: not in debug mode')
  else if (call.allowDebug) ledger.pass('debug', 'PCR0 is zero: in debug mode, which the caller allows')
  else {
    const reason = 'PCR0 is zero: the enclave runs in debug mode, and its image is not measured'
    ledger.fail('debug', reason, { expected: 'a PCR0 that is not zero, or allowDebug', found: toHex(image) })
  }
}
