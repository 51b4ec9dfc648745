/**
 * Bodies of Huawei's form: names in snake case, byte strings in hexadecimal here and base64 there, numbers and truths
 * that come as texts. What is of the wrong kind is left as it is, for the operation to refuse.
 */
import { fromBase64, toBase64 } from '../../../attestation/x509/pem.ts'
import { type Bytes, fromHex, toHex } from '../../../base/bytes.ts'
import { KmsError } from '../../error.ts'
import type { RecipientInput } from '../../operations/operation.ts'

/** A body, read part by part. */
export class Body {
  readonly #value: Readonly<Record<string, unknown>>

  constructor(value: Readonly<Record<string, unknown>>) {
    this.#value = value
  }

  /** A part as it is. */
  any(name: string): unknown {
    return Object.hasOwn(this.#value, name) ? (this.#value[name] ?? undefined) : undefined
  }

  /** @throws {KmsError} E_KMS_TYPE for a text that is no hexadecimal. */
  hex(name: string): unknown {
    return this.#bytes(name, 'hexadecimal', /^(?:[0-9a-f]{2})*$/i, fromHex)
  }

  /** @throws {KmsError} E_KMS_TYPE for a text that is no base64. */
  base64(name: string): unknown {
    return this.#bytes(
      name,
      'base64',
      /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/,
      fromBase64,
    )
  }

  /** The bytes of a text. */
  utf8(name: string): unknown {
    const value = this.any(name)
    return typeof value === 'string' ? new TextEncoder().encode(value) : value
  }

  /** A whole number, or the text of one. */
  number(name: string): unknown {
    const value = this.any(name)
    return typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : value
  }

  /** Bytes that are given in bits. @throws {KmsError} E_KMS_VALIDATION where they are no whole bytes. */
  bits(name: string): unknown {
    const value = this.number(name)
    if (typeof value !== 'number') return value
    if (value % 8 === 0) return value / 8
    throw new KmsError('E_KMS_VALIDATION', {
      what: `${name} is in bits`,
      expected: 'a multiple of 8',
      got: `${value}`,
    })
  }

  /**
   * What is authenticated beside a ciphertext: an object of texts (`encryption_context`), or one text
   * (`additional_authenticated_data`), which is the context of that one name.
   */
  context(prefix = ''): unknown {
    const name = `${prefix}additional_authenticated_data`
    const data = this.any(name)
    if (data === undefined) return this.any(`${prefix}encryption_context`)
    return { additional_authenticated_data: data }
  }

  recipient(): RecipientInput | undefined {
    const value = this.any('recipient')
    if (typeof value !== 'object' || value === null) return value as undefined
    const inner = new Body(value as Record<string, unknown>)
    return {
      attestationDocument: inner.base64('attestation_document'),
      keyEncryptionAlgorithm: inner.any('key_encryption_algorithm'),
    } as RecipientInput
  }

  #bytes(name: string, spelling: string, pattern: RegExp, read: (text: string) => Bytes): unknown {
    const value = this.any(name)
    if (typeof value !== 'string') return value
    if (pattern.test(value)) return read(value)
    throw new KmsError('E_KMS_TYPE', {
      what: `'${name}' is not ${spelling}`,
      expected: spelling,
      got: `${value.length} characters`,
    })
  }
}

/** What an operation releases, spelt as Huawei does: in clear under `name`, or as `ciphertext_recipient`. */
export function released(
  output: { readonly plaintext?: Bytes | undefined; readonly ciphertextForRecipient?: Bytes },
  name: string,
  spell: (bytes: Bytes) => string = toHex,
): Record<string, string> {
  const { plaintext, ciphertextForRecipient } = output
  if (ciphertextForRecipient) return { ciphertext_recipient: toBase64(ciphertextForRecipient) }
  return plaintext ? { [name]: spell(plaintext) } : {}
}
