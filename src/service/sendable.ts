/**
 * Checks which values a service message may contain. The sender checks, so that the error can name the place in the
 * message; the receiver could only close the connection.
 */
import { EnclaveError } from '../base/error.ts'
import { MAX_DEPTH, MAX_ITEMS } from './read-message.ts'

const BEYOND_64_BITS = 2n ** 64n

/**
 * Checks that `readMessage` accepts a message: it may contain numbers, bigints of 64 bits, strings, booleans, null,
 * undefined, dates, byte strings, arrays and plain objects.
 *
 * @throws {EnclaveError} E_SERVICE_VALUE, with the path of the value that cannot be sent.
 */
export function assertSendable(message: readonly unknown[]): void {
  new Inspection().look(message)
}

class Inspection {
  /** The path to the current value, names and indexes; the first is its index in the message array. */
  readonly #path: (string | number)[] = []
  #items = 0

  look(value: unknown): void {
    this.#count()
    switch (typeof value) {
      case 'number':
      case 'boolean':
      case 'undefined':
        return
      case 'string':
        return this.#text(value)
      case 'bigint':
        if (value >= BEYOND_64_BITS || value <= -BEYOND_64_BITS)
          throw this.#refusal('a bigint of more than 64 bits')
        return
      case 'object':
        if (value !== null) this.#lookInside(value)
        return
      default:
        throw this.#refusal(`a ${typeof value}`)
    }
  }

  #lookInside(value: object): void {
    if (value instanceof Uint8Array) return
    if (this.#path.length >= MAX_DEPTH) throw this.#refusal(`more than ${MAX_DEPTH} levels of nesting`)
    if (value instanceof Date) {
      this.#count()
      if (Number.isNaN(value.getTime())) throw this.#refusal('an invalid Date')
    } else if (Array.isArray(value)) {
      for (let at = 0; at < value.length; at++) this.#step(at, value[at])
    } else if (isPlain(value)) {
      for (const key of Object.keys(value)) {
        this.#count()
        this.#text(key)
        if (key === '__proto__') throw this.#refusal('the key `__proto__`')
        this.#step(key, (value as Record<string, unknown>)[key])
      }
    } else {
      throw this.#refusal(`a ${kindOf(value)}`)
    }
  }

  #step(part: string | number, value: unknown): void {
    this.#path.push(part)
    this.look(value)
    this.#path.pop()
  }

  #text(text: string): void {
    if (!text.isWellFormed()) throw this.#refusal('a lone surrogate in a string')
  }

  #count(): void {
    if (++this.#items > MAX_ITEMS) {
      throw this.#refusal(`more than ${MAX_ITEMS} values`, 'send a byte string, or several messages')
    }
  }

  #refusal(got: string, hint?: string): EnclaveError {
    const place = this.#path.slice(1).map((part) => (typeof part === 'number' ? `[${part}]` : `.${part}`))
    return new EnclaveError('E_SERVICE_VALUE', {
      what: `a service cannot send ${place.length > 0 ? `value${place.join('').slice(0, 200)}` : 'the value'}`,
      expected: 'numbers, bigints, strings, booleans, null, dates, byte strings, arrays and plain objects',
      got,
      ...(hint && { hint }),
    })
  }
}

/** Whether an object has no state besides its own properties, which is all that the encoder writes. */
function isPlain(value: object): boolean {
  const { toJSON, [Symbol.iterator]: iterator } = value as { toJSON?: unknown; [Symbol.iterator]?: unknown }
  const isObject = Object.prototype.toString.call(value) === '[object Object]'
  return isObject && iterator === undefined && typeof toJSON !== 'function'
}

function kindOf(value: object): string {
  return (value.constructor?.name || 'nameless object').slice(0, 80)
}
