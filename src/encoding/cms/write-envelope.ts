/**
 * Writes what `read-envelope.ts` reads: CMS EnvelopedData (RFC 5652 section 6) with the parts and in the form of a
 * `CiphertextForRecipient` of AWS KMS: indefinite lengths outside, the recipient named by an identifier of its key,
 * RSAES-OAEP with SHA-256 (RFC 3560), and AES-256-CBC. It encrypts nothing.
 */
import { type Bytes, concatBytes } from '../../base/bytes.ts'
import { TAG } from '../der/reader.ts'
import { element } from '../der/writer.ts'
import { OID } from './envelope-oids.ts'
import type { SealedEnvelope } from './read-envelope.ts'

const EXPLICIT_1 = 0xa1
const END_OF_CONTENTS = [0x00, 0x00]

const oid = (value: Bytes) => element(TAG.oid, value)
const algorithm = (identifier: Bytes, ...parameters: Bytes[]) =>
  element(TAG.sequence, oid(identifier), ...parameters)
/** An element whose length its end tells. */
const open = (tag: number, ...parts: Bytes[]) =>
  concatBytes(Uint8Array.of(tag, 0x80), ...parts, Uint8Array.from(END_OF_CONTENTS))

const NULL = Uint8Array.of(0x05, 0x00)
const VERSION_2 = element(TAG.integer, [2])
const SHA256 = algorithm(OID.sha256, NULL)
const OAEP_SHA256 = algorithm(
  OID.rsaesOaep,
  element(TAG.sequence, element(TAG.explicit0, SHA256), element(EXPLICIT_1, algorithm(OID.mgf1, SHA256))),
)

/**
 * An envelope of the parts `sealed`, for the recipient with that `identifier`: the SHA-256 of its SubjectPublicKeyInfo, 32
 * bytes.
 * @see RFC 5652 section 6; AWS KMS, "Recipient"
 */
export function writeEnvelope({ encryptedKey, iv, ciphertext }: SealedEnvelope, identifier: Bytes): Bytes {
  const transport = element(
    TAG.sequence,
    VERSION_2,
    element(TAG.context0, identifier),
    OAEP_SHA256,
    element(TAG.octetString, encryptedKey),
  )
  const content = open(
    TAG.sequence,
    oid(OID.data),
    algorithm(OID.aes256Cbc, element(TAG.octetString, iv)),
    open(TAG.explicit0, element(TAG.octetString, ciphertext)),
  )
  const enveloped = open(TAG.sequence, VERSION_2, element(TAG.set, transport), content)
  return open(TAG.sequence, oid(OID.envelopedData), open(TAG.explicit0, enveloped))
}
