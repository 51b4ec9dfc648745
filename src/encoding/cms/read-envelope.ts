/**
 * Reads CMS EnvelopedData (RFC 5652 section 6) with one recipient, RSAES-OAEP with SHA-256 (RFC 3560) and AES-256-CBC:
 * the `CiphertextForRecipient` of AWS KMS, in definite and indefinite lengths, its ciphertext in one or several parts.
 * This file only parses and leaves decryption to its caller, so that an enclave can use it too. Input is hostile.
 */
import { type Bytes, concatBytes, equalBytes } from '../../base/bytes.ts'
import { type BerElement, malformed, readBer } from './ber.ts'
import { OID } from './envelope-oids.ts'

const TAG = { octetString: 0x04, oid: 0x06, sequence: 0x30, set: 0x31 } as const
/** [0], as a primitive OCTET STRING and as a constructed one. */
const CONTEXT_0 = 0x80
const CONTEXT_0_CONSTRUCTED = 0xa0

/** The parts of an envelope, still encrypted. */
export interface SealedEnvelope {
  /** The AES-256 key, encrypted with RSAES-OAEP and SHA-256. */
  readonly encryptedKey: Bytes
  /** AES-256-CBC with PKCS#7 padding. */
  readonly iv: Bytes
  readonly ciphertext: Bytes
}

/**
 * Parses an envelope.
 * @throws {EnclaveError} E_CMS for anything else.
 * @see RFC 5652 section 6; AWS KMS, "Recipient"
 */
export function readEnvelope(bytes: Bytes): SealedEnvelope {
  const contentInfo = expect(readBer(bytes), TAG.sequence, 'the envelope')
  expectOid(contentInfo.children[0], OID.envelopedData, 'the content type')
  const wrapped = expect(contentInfo.children[1], CONTEXT_0_CONSTRUCTED, 'the content')
  const [, recipients, content] = expect(wrapped.children[0], TAG.sequence, 'the enveloped data').children
  const encryptedKey = readRecipient(expect(recipients, TAG.set, 'the recipients'))
  return { encryptedKey, ...readContent(expect(content, TAG.sequence, 'the encrypted content')) }
}

/** The encrypted key of the only recipient. */
function readRecipient(recipients: BerElement): Bytes {
  if (recipients.children.length !== 1) throw malformed('the envelope must have exactly one recipient')
  const [, , algorithm, encryptedKey] = expect(recipients.children[0], TAG.sequence, 'the recipient').children
  const [oid, parameters] = expect(algorithm, TAG.sequence, 'the key encryption algorithm').children
  expectOid(oid, OID.rsaesOaep, 'the key encryption algorithm')
  const [hash, mask] = expect(parameters, TAG.sequence, 'the OAEP parameters').children
  expectOid(hash?.children[0]?.children[0], OID.sha256, 'the OAEP hash')
  expectOid(mask?.children[0]?.children[0], OID.mgf1, 'the OAEP mask')
  expectOid(mask?.children[0]?.children[1]?.children[0], OID.sha256, 'the hash of the OAEP mask')
  return expect(encryptedKey, TAG.octetString, 'the encrypted key').content
}

/** Initialisation vector and ciphertext; the ciphertext may be one string or several parts. */
function readContent({ children: [type, algorithm, ciphertext] }: BerElement): {
  iv: Bytes
  ciphertext: Bytes
} {
  expectOid(type, OID.data, 'the type of the encrypted content')
  const [oid, iv] = expect(algorithm, TAG.sequence, 'the content encryption algorithm').children
  expectOid(oid, OID.aes256Cbc, 'the content encryption algorithm')
  const vector = expect(iv, TAG.octetString, 'the initialisation vector').content
  if (ciphertext?.tag === CONTEXT_0) return { iv: vector, ciphertext: ciphertext.content }
  const pieces = expect(ciphertext, CONTEXT_0_CONSTRUCTED, 'the ciphertext').children
  return {
    iv: vector,
    ciphertext: concatBytes(
      ...pieces.map((piece) => expect(piece, TAG.octetString, 'the ciphertext').content),
    ),
  }
}

function expect(element: BerElement | undefined, tag: number, what: string): BerElement {
  if (element?.tag !== tag) throw malformed(`${what} is missing or has the wrong tag`)
  return element
}

function expectOid(element: BerElement | undefined, oid: Bytes, what: string): void {
  if (!equalBytes(expect(element, TAG.oid, what).content, oid))
    throw malformed(`${what} has an unsupported object identifier`)
}
