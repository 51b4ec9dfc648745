/**
 * The checks from `chain links` to `signature`: who signed the document, and whether the pinned root vouches for that
 * key at the given time (RFC 5280 section 6, and the rules of both clouds). Input is hostile. The public-key operations
 * are started first and awaited last, so that they run concurrently with everything else.
 */

import { type Sign1, verifySign1 } from '../../encoding/cose.ts'
import { type Certificate, readCertificate } from '../../encoding/x509/certificate.ts'
import { ES384 } from '../profile.ts'
import { isTestRoot } from '../test-root.ts'
import type { Call } from './call.ts'
import { verificationKey } from './keys.ts'
import {
  basicConstraintsFault,
  isoTime,
  keyUsageFault,
  labelOf,
  linkFault,
  pathLengthFault,
  signatureFault,
  validityFault,
} from './path.ts'
import type { PayloadReading } from './payload-reading.ts'
import { fingerprint } from './roots.ts'
import type { Ledger } from './verdict.ts'

const PATH_CHECKS = ['chain links', 'validity', 'basicConstraints', 'path length', 'key usage'] as const

const TEST_ROOT_REASON = 'the root is the test root of webclave/testing: anybody can sign under it'

/** Checks the chain and the signature of an opened document, at `at` in milliseconds since 1970. */
export async function judgeChain(
  call: Call,
  sign1: Sign1 | undefined,
  payload: PayloadReading | undefined,
  at: number | undefined,
  ledger: Ledger,
): Promise<void> {
  const { certificate, cabundle } = payload ?? {}
  const root = cabundle?.[0]
  if (certificate === undefined || cabundle === undefined || root === undefined) {
    ledger.notReached([...PATH_CHECKS, 'root pinned', 'signature'], 'the payload has no chain')
    return
  }
  const rootPrint = fingerprint(root)
  let path: Certificate[]
  try {
    path = [...cabundle, certificate].map(readCertificate)
  } catch (error) {
    ledger.failWith('chain links', error)
    ledger.notReached([...PATH_CHECKS, 'signature'], 'a certificate is malformed')
    return judgeRoot(await call.roots, await rootPrint, ledger)
  }
  const keys = await Promise.all(path.map(verificationKey))
  const work = Promise.all([signatureFault(path, keys), isSigned(call, sign1, keys.at(-1))])
  const links = linkFault(path)
  judgePath(path, at, ledger)
  const [unsigned, signed] = await work
  ledger.judge('chain links', links ?? unsigned, `${path.length} certificates, each signed by the one before`)
  if (isTestRoot(path[0]!) && !call.allowTestRoot) ledger.fail('root pinned', TEST_ROOT_REASON)
  judgeRoot(await call.roots, await rootPrint, ledger)
  judgeSignature(call, path, signed, ledger)
}

/** Whether the leaf's key made the signature; `undefined` if there is no signature or key to check. */
async function isSigned(
  { profile }: Call,
  sign1: Sign1 | undefined,
  key: CryptoKey | undefined,
): Promise<boolean | undefined> {
  if (sign1?.algorithm !== ES384 || key === undefined) return undefined
  return verifySign1(sign1, key, profile.byteOrder)
}

function judgePath(path: readonly Certificate[], at: number | undefined, ledger: Ledger): void {
  if (at === undefined) ledger.notReached(['validity'], "the document's own time cannot be read")
  else ledger.judge('validity', validityFault(path, at), `every certificate is valid at ${isoTime(at)}`)
  ledger.judge(
    'basicConstraints',
    basicConstraintsFault(path),
    'authorities are marked as CA, the leaf is not',
  )
  ledger.judge(
    'path length',
    pathLengthFault(path),
    'every authority’s path length allows the authorities below it',
  )
  ledger.judge('key usage', keyUsageFault(path), 'every key is used as its key usage allows')
}

function judgeRoot(roots: ReadonlySet<string>, found: string, ledger: Ledger): void {
  if (roots.has(found)) ledger.pass('root pinned', `the root is pinned, SHA-256 ${found}`)
  else {
    const reason = 'the root is not one of the pinned roots'
    ledger.fail('root pinned', reason, { expected: [...roots].join(' or '), found })
  }
}

function judgeSignature(
  { profile }: Call,
  path: readonly Certificate[],
  signed: boolean | undefined,
  ledger: Ledger,
): void {
  const leaf = labelOf(path, path.length - 1)
  if (signed === undefined) {
    ledger.notReached(['signature'], 'the envelope is not ES384, or the leaf’s key is not on P-384')
  } else if (signed) ledger.pass('signature', `signed by ${leaf}`)
  else {
    const expected = `ECDSA with ${profile.byteOrder}-endian halves, as ${profile.name} writes them`
    ledger.fail('signature', `not signed by the key of ${leaf}`, { expected })
  }
}
