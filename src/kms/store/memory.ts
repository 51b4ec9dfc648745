/** A store in memory: for tests, and for pages that must leave nothing behind. */
import { type Bytes, equalBytes } from '../../base/bytes.ts'
import type { Change, KmsStore } from './store.ts'

/**
 * Keeps everything in memory.
 *
 * @example
 * const store = new MemoryStore()
 * await store.write([{ name: 'a', from: undefined, to: Uint8Array.of(1) }]) // true
 * await store.write([{ name: 'a', from: undefined, to: Uint8Array.of(2) }]) // false
 */
export class MemoryStore implements KmsStore {
  readonly #records = new Map<string, Bytes>()

  async get(name: string): Promise<Bytes | undefined> {
    return this.#records.get(name)
  }

  async names(prefix: string, limit: number, after = ''): Promise<readonly string[]> {
    return [...this.#records.keys()]
      .filter((name) => name.startsWith(prefix) && name > after)
      .sort()
      .slice(0, limit)
  }

  async write(changes: readonly Change[]): Promise<boolean> {
    if (!changes.every(({ name, from }) => same(this.#records.get(name), from))) return false
    for (const { name, to } of changes) {
      if (to === undefined) this.#records.delete(name)
      else this.#records.set(name, Uint8Array.from(to))
    }
    return true
  }

  async close(): Promise<void> {
    this.#records.clear()
  }
}

/** Whether a record has the bytes that a change expects. */
export function same(found: Bytes | undefined, expected: Bytes | undefined): boolean {
  if (found === undefined || expected === undefined) return found === expected
  return equalBytes(found, expected)
}
