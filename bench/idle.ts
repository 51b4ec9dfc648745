/** The memory of an idle enclave, against that of an idle Worker, each measured in a process of its own. */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Benchmark } from './harness.ts'

const PROGRAM = fileURLToPath(new URL('programs/idle.ts', import.meta.url))

async function residentKiB(what: 'enclave' | 'worker'): Promise<number> {
  const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', PROGRAM, what])
  return Number(stdout)
}

export const idle: Benchmark = {
  room: 'parent',
  async measurements() {
    return {
      rows: [
        {
          name: 'an idle enclave (TypeScript guest), against an idle Worker',
          unit: 'KiB',
          samples: 5,
          subject: () => residentKiB('enclave'),
          baseline: () => residentKiB('worker'),
          goal: { atMost: 2 },
        },
      ],
      tearDown: async () => {},
    }
  },
}
