/** A sink of an outbox for tests, and frames for it. */
import { expect } from 'vitest'

/** A sink whose turns and writes the test ends. */
export class FakeSink {
  readonly scheduled: (() => void)[] = []
  readonly writes: Uint8Array[] = []
  readonly errors: unknown[] = []
  writing: PromiseWithResolvers<void> | undefined
  isSynchronous = false

  schedule = (flush: () => void): void => void this.scheduled.push(flush)

  write = (bytes: Uint8Array): Promise<void> | undefined => {
    this.writes.push(bytes)
    if (this.isSynchronous) return undefined
    expect(this.writing, 'the write before it has ended').toBeUndefined()
    this.writing = Promise.withResolvers()
    return this.writing.promise
  }

  fail = (error: unknown): void => void this.errors.push(error)

  endTurn(): void {
    for (const flush of this.scheduled.splice(0)) flush()
  }

  async endWrite(error?: Error): Promise<void> {
    const { resolve, reject } = this.writing!
    this.writing = undefined
    if (error) reject(error)
    else resolve()
    await new Promise((after) => setImmediate(after))
  }
}

export const bytes = (value: number, length = 2): Uint8Array<ArrayBuffer> =>
  new Uint8Array(length).fill(value)
