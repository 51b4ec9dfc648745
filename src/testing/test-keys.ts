/**
 * The certificates of test parents: keys from the seed, and a root that is the same for all of them. ECDSA is that of
 * enclaves, which is deterministic (RFC 6979); WebCrypto's is not.
 */
import { ecGenerate } from 'webclave:crypto'
import { encodeName, issueCertificate, keyIdentifier } from '../attestation/issue/certificate.ts'
import type { IssuingRoot } from '../attestation/issue/chain.ts'
import type { CertificateKey, KeySource } from '../attestation/issue/keys.ts'
import { AUTHORITY_USAGE, ORGANIZATION } from '../attestation/issue/levels.ts'
import { TEST_ROOT_NAME } from '../attestation/test-root.ts'
import { loadOnce } from '../base/load-once.ts'
import { publicKey, sign } from '../sdk/ecdsa.ts'
import { seededBytes } from './seeded.ts'

const SEED_LENGTH = 64
const SERIAL_LENGTH = 16
/** The test root is valid in this time. */
const VALID = { from: Date.UTC(1990, 0), to: Date.UTC(2190, 0) }

function keyOf(seed: string, name: string): CertificateKey {
  const key = ecGenerate('p384', seededBytes(seed, `key of ${name}`, SEED_LENGTH))!
  return {
    privateKey: async (bytes) => sign('P-384', key, bytes, 'compact'),
    publicKey: publicKey('P-384', key),
  }
}

/** Keys and serial numbers that depend only on the seed and on the names of the subjects. */
export function seededKeys(seed: string): KeySource {
  return {
    key: async (name) => keyOf(seed, name),
    serial: (name) => seededBytes(seed, `serial number of ${name}`, SERIAL_LENGTH),
  }
}

/** The root of all test parents. */
export const testRoot: () => Promise<IssuingRoot> = loadOnce(async () => {
  const root = keyOf(TEST_ROOT_NAME, 'root')
  const subject = encodeName(TEST_ROOT_NAME, ORGANIZATION, 'test')
  const keyId = await keyIdentifier(root.publicKey)
  const rootCertificate = await issueCertificate(
    {
      subject,
      issuer: subject,
      notBefore: VALID.from,
      notAfter: VALID.to,
      ca: true,
      pathLength: undefined,
      keyUsage: AUTHORITY_USAGE,
      keyUsageCritical: true,
      subjectKeyId: keyId,
      authorityKeyId: keyId,
      publicKey: root.publicKey,
    },
    root.privateKey,
    seededBytes(TEST_ROOT_NAME, 'serial number', SERIAL_LENGTH),
  )
  return { rootKey: { privateKey: root.privateKey }, rootCertificate }
})
