/** Inputs that a reader reads piece by piece, with a budget that counts the memory they use. */

import { expect } from 'vitest'
import type { HttpLimits } from '../../src/http1/headers.ts'
import { Input } from '../../src/http1/input.ts'
import { Budget } from '../../src/kms/vsock/budget.ts'

export const LIMITS: HttpLimits = {
  headBytes: 16_384,
  headers: 64,
  bodyBytes: 1000,
  single: ['host', 'content-length', 'x-once'],
}

export const utf8 = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text)

/** An input that waits for data; each `feed` resolves once its data was taken. */
export function open(budget: Budget = new Budget(1 << 20)): {
  input: Input
  feed: (bytes: string | Uint8Array) => Promise<void>
  end: () => Promise<void>
  budget: Budget
} {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>()
  const writer = writable.getWriter()
  const reader = readable.getReader()
  return {
    input: new Input(async () => (await reader.read()).value, budget),
    feed: (bytes) => writer.write(typeof bytes === 'string' ? utf8(bytes) : bytes),
    end: () => writer.close(),
    budget,
  }
}

/** All messages that `next` reads from `sent`, in pieces of `size` bytes; or the fault that ends the input. */
export async function readAll<Message>(
  sent: string | Uint8Array,
  next: (input: Input) => Promise<Message | undefined>,
  size: number = sent.length,
): Promise<Message[] | string> {
  const bytes = typeof sent === 'string' ? utf8(sent) : sent
  const budget = new Budget(1 << 20)
  let at = 0
  const input = new Input(async () => {
    const piece = bytes.subarray(at, at + size)
    at += size
    return piece.length === 0 ? undefined : piece
  }, budget)
  const outcome = await readFrom(input, next).catch((error: { fault: string }) => error.fault)
  input.close()
  expect(budget.taken).toBe(0)
  return outcome
}

async function readFrom<Message>(input: Input, next: (input: Input) => Promise<Message | undefined>) {
  const found: Message[] = []
  for (;;) {
    const message = await next(input)
    if (message === undefined) return found
    found.push(message)
  }
}
