/**
 * Bodies in Huawei's format: names in snake case, byte strings in hexadecimal or base64, numbers and booleans
 * that may be strings. Values of the wrong type are left unchanged, for the operation to reject.
 */

import { fromBase64, toBase64 } from '../../../base/base64.ts'
import { type Bytes, fromHex, toHex } from '../../../base/bytes.ts'
import { KmsError } from '../../core/error.ts'
import { boolean, integer, invalid, text, unsupported } from '../../core/input.ts'
import type { RecipientInput } from '../../operations/operation.ts'

/** A request ID that every body may have; it has no effect. */
const SEQUENCE = 'sequence'
const sequence = text(1, 36)

/** A body; each method reads one member. */
export class Body {
  readonly #value: Readonly<Record<string, unknown>>

  constructor(value: Readonly<Record<string, unknown>>) {
    this.#value = value
  }

  /**
   * Checks that there are no members but `names`: ignoring one could change the meaning of the call.
   * @throws {KmsError} E_KMS_UNSUPPORTED, E_KMS_TYPE
   */
  requireOnly(names: readonly string[]): void {
    for (const name of Object.keys(this.#value)) {
      if (this.any(name) === undefined) continue
      if (name === SEQUENCE) sequence.read(this.any(name), name, 'bytes')
      else if (!names.includes(name)) throw unsupported(name)
    }
  }

  /**
   * Checks that a member, if present, has the value that applies anyway.
   * @throws {KmsError} E_KMS_UNSUPPORTED, E_KMS_TYPE
   */
  requireInert(name: string, ...values: readonly string[]): void {
    const value = this.any(name)
    if (value === undefined) return
    if (!values.includes(text(0, 255).read(value, name, 'bytes'))) throw unsupported(name, values.join(', '))
  }

  /** A member, unchanged. */
  any(name: string): unknown {
    return Object.hasOwn(this.#value, name) ? (this.#value[name] ?? undefined) : undefined
  }

  /** Bytes in hexadecimal. @throws {KmsError} E_KMS_TYPE for a string that is not hexadecimal. */
  hex(name: string): unknown {
    return this.#bytes(name, 'hexadecimal', /^(?:[0-9a-f]{2})*$/i, fromHex)
  }

  /** Bytes in base64. @throws {KmsError} E_KMS_TYPE for a string that is not base64. */
  base64(name: string): unknown {
    return this.#bytes(
      name,
      'base64',
      /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/,
      fromBase64,
    )
  }

  /** A string as UTF-8. @throws {KmsError} E_KMS_VALIDATION for an unpaired surrogate, which UTF-8 cannot encode. */
  utf8(name: string): unknown {
    const value = this.any(name)
    if (typeof value !== 'string') return value
    if (!value.isWellFormed()) throw invalid(name, 'Member must be well-formed Unicode')
    return new TextEncoder().encode(value)
  }

  /** A boolean, `true` by default. @throws {KmsError} E_KMS_TYPE */
  flag(name: string): boolean {
    return boolean.read(this.any(name) ?? true, name, 'bytes')
  }

  /** A number of bytes, or undefined. @throws {KmsError} E_KMS_TYPE, E_KMS_VALIDATION */
  size(name: string): number | undefined {
    const value = this.number(name)
    return value === undefined ? undefined : integer(1, 1024).read(value, name, 'bytes')
  }

  /** A whole number, possibly as a string. */
  number(name: string): unknown {
    const value = this.any(name)
    return typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : value
  }

  /** A number of bits, in bytes. @throws {KmsError} E_KMS_VALIDATION if it is not a multiple of 8. */
  bits(name: string): unknown {
    const value = this.number(name)
    if (typeof value !== 'number') return value
    if (value % 8 === 0) return value / 8
    throw new KmsError('E_KMS_VALIDATION', {
      what: `${name} is not a whole number of bytes`,
      expected: 'a multiple of 8',
      got: `${value}`,
    })
  }

  /**
   * The encryption context: an object of strings (`encryption_context`), or one string
   * (`additional_authenticated_data`), which becomes a context with that one name.
   * @throws {KmsError} E_KMS_VALIDATION if both are given.
   */
  context(prefix = ''): unknown {
    const name = `${prefix}additional_authenticated_data`
    const data = this.any(name)
    const context = this.any(`${prefix}encryption_context`)
    if (data === undefined) return context
    if (context !== undefined)
      throw invalid(name, `Member must be given, or ${prefix}encryption_context, and not both`)
    return { additional_authenticated_data: data }
  }

  recipient(): RecipientInput | undefined {
    const value = this.any('recipient')
    if (typeof value !== 'object' || value === null) return value as undefined
    const inner = new Body(value as Record<string, unknown>)
    inner.requireOnly(['attestation_document', 'key_encryption_algorithm'])
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

/** A released secret in Huawei's names: plaintext under `name`, or `ciphertext_recipient`. */
export function released(
  output: { readonly plaintext?: Bytes | undefined; readonly ciphertextForRecipient?: Bytes },
  name: string,
  spell: (bytes: Bytes) => string = toHex,
): Record<string, string> {
  const { plaintext, ciphertextForRecipient } = output
  if (ciphertextForRecipient) return { ciphertext_recipient: toBase64(ciphertextForRecipient) }
  return plaintext ? { [name]: spell(plaintext) } : {}
}
