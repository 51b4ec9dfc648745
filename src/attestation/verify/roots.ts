/**
 * The roots that a verifier trusts, as callers give them: a certificate in PEM or DER, or its SHA-256. The SHA-256 of
 * the two clouds' roots are constants here. All trust comes from the pinned root: get it from a source other than the
 * document.
 */
import { type Bytes, toHex } from '../../base/bytes.ts'
import { EnclaveError } from '../../base/error.ts'
import { fromPem } from '../../encoding/pem.ts'
import { readCertificate } from '../../encoding/x509/certificate.ts'
import { isTestRoot, TEST_ROOT_SHA256 } from '../test-root.ts'
import { BoundedCache } from './bounded-cache.ts'

/** SHA-256 of the root of AWS Nitro Enclaves, `CN=aws.nitro-enclaves`, 2019 to 2049. */
export const AWS_NITRO_ROOT = '641a0321a3e244efe456463195d606317ed7cdcc3c1756e09893f3c68f79bb5b'

/** SHA-256 of the root of QingTian Enclave, `CN=huaweicloud.qingtian-enclaves`, 2022 to 2052. */
export const HUAWEI_QINGTIAN_ROOT = 'f23443b4eb52a70719df49bdda0e57bb25f1c04530885dbecdbde241c8c4f581'

/** A root: PEM, with one or several certificates; SHA-256 in hex, colons allowed; or DER. */
export type TrustedRoot = string | Uint8Array

const FINGERPRINT = /^[0-9a-f]{64}$/

/** What is kept of a root. */
interface KnownRoot {
  readonly print: string | Promise<string>
  readonly isTest: boolean
}

const prints = new BoundedCache<Promise<string>>()
const rootsOfTexts = new BoundedCache<KnownRoot[]>()

/**
 * The SHA-256 fingerprints of `roots`, in lower-case hex. Errors are thrown synchronously; the digests are computed in
 * the background until they are needed.
 *
 * @throws {EnclaveError} E_VERIFY_ROOTS if there is none, or one is not a root; E_CERTIFICATE_… if one is not a valid
 *   certificate; E_VERIFY_TEST_ROOT.
 */
export function fingerprintsOf(
  roots: TrustedRoot | readonly TrustedRoot[],
  allowTestRoot = false,
): Promise<Set<string>> {
  const list = typeof roots === 'string' || roots instanceof Uint8Array ? [roots] : roots
  if (!Array.isArray(list) || list.length === 0) throw badRoots('the root is missing')
  const found = (list as readonly unknown[]).flatMap((root): KnownRoot[] => {
    if (root instanceof Uint8Array) return [knownRoot(Uint8Array.from(root))]
    if (typeof root !== 'string') throw badRoots(`a root has the type ${typeof root}`)
    if (!root.includes('-----BEGIN')) return [readFingerprint(root)]
    return rootsOfTexts.get(root, () => fromPem(root).map(knownRoot))
  })
  if (allowTestRoot !== true && found.some(({ isTest }) => isTest)) throw testRoot()
  return Promise.all(found.map(({ print }) => print)).then((all) => new Set(all))
}

/** A root that no document could chain to is the caller's mistake, so it is reported at once. */
function knownRoot(der: Bytes): KnownRoot {
  const isTest = isTestRoot(readCertificate(der))
  return { print: fingerprint(der), isTest }
}

/** SHA-256 of a certificate, in lower-case hex. */
export function fingerprint(der: Bytes): Promise<string> {
  return prints.get(der, async () => toHex(new Uint8Array(await crypto.subtle.digest('SHA-256', der))))
}

function readFingerprint(text: string): KnownRoot {
  const digits = text.replaceAll(':', '').trim().toLowerCase()
  if (!FINGERPRINT.test(digits)) throw badRoots(`a root is neither PEM nor SHA-256: ${text.slice(0, 40)}`)
  return { print: digits, isTest: digits === TEST_ROOT_SHA256 }
}

function testRoot(): EnclaveError {
  return new EnclaveError('E_VERIFY_TEST_ROOT', {
    what: 'a root is that of webclave/testing, whose private key is public',
    expected: 'the root of a cloud, or of a parent instance of createParent',
    hint: 'in a test, pass allowTestRoot: true; nowhere else',
  })
}

function badRoots(what: string): EnclaveError {
  return new EnclaveError('E_VERIFY_ROOTS', {
    what,
    expected: 'at least one root: PEM, DER or its SHA-256 as 64 hexadecimal digits',
    hint: "for a cloud's own documents pass AWS_NITRO_ROOT or HUAWEI_QINGTIAN_ROOT",
  })
}
