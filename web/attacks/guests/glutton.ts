/** Takes all that it can get: memory, and the processor. */
import { serve } from 'webclave/sdk'

const kept: Uint8Array[] = []

const handlers = {
  /** Allocates a MiB at a time until it gets no more. */
  hoard() {
    try {
      for (;;) kept.push(new Uint8Array(1048576).fill(1))
    } catch (error) {
      const count = kept.length
      kept.length = 0
      return { mebibytes: count, failed: String(error) }
    }
  },

  /** Never returns. */
  spin() {
    for (;;);
  },
}

export default async function main(): Promise<void> {
  await serve(handlers)
}
