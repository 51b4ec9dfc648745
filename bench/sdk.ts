/** Cryptography in a TypeScript guest, measured by the guest's clock, compared with Node's own (OpenSSL). */
import * as node from 'node:crypto'
import { Laboratory } from '../test/support/laboratory.ts'
import type { Benchmark, Measurement } from './harness.ts'
import { signingRows } from './sdk-signing.ts'

const MIB = 1 << 20
/** Calls per sample, because a single call is short for a clock with microseconds. */
const CALLS = 8
const data = node.randomBytes(MIB)
const key = node.randomBytes(32)

/** MB/s of `work`, which processes one MiB. */
function rateOf(work: () => unknown): number {
  const start = performance.now()
  for (let call = 0; call < CALLS; call++) work()
  return (CALLS * MIB) / 1000 / (performance.now() - start)
}

const PREPARE = `globalThis.data ??= sdk.randomBytes(${MIB})
globalThis.key ??= sdk.randomBytes(32)
globalThis.sealed ??= sdk.aesGcm.seal(key, data)
const rateOf = (work) => {
  const start = Date.now()
  for (let call = 0; call < ${CALLS}; call++) work()
  return ${(CALLS * MIB) / 1000} / (Date.now() - start)
}
`

function openedByNode(sealed: Uint8Array): void {
  const decipher = node.createDecipheriv('aes-256-gcm', key, sealed.subarray(0, 12))
  decipher.setAuthTag(sealed.subarray(-16))
  decipher.update(sealed.subarray(12, -16))
  decipher.final()
}

function sealedByNode(): Buffer {
  const nonce = node.randomBytes(12)
  const cipher = node.createCipheriv('aes-256-gcm', key, nonce)
  return Buffer.concat([nonce, cipher.update(data), cipher.final(), cipher.getAuthTag()])
}

export const sdk: Benchmark = {
  room: 'sdk',
  async measurements() {
    const lab = await Laboratory.open()
    const sealed = sealedByNode()
    const signing = await signingRows()
    // The goal is on the figure itself, so OpenSSL has its own row.
    const pair = (name: string, inGuest: string, bare: () => unknown): Measurement[] => [
      {
        name: `${name} over 1 MiB in a TypeScript guest`,
        unit: 'MB/s',
        samples: 15,
        subject: () => lab.run<number>(`${PREPARE} return rateOf(() => ${inGuest})`),
        goal: { atLeast: 50 },
      },
      { name: `${name} over 1 MiB by OpenSSL`, unit: 'MB/s', samples: 15, subject: () => rateOf(bare) },
    ]
    return {
      rows: [
        ...pair('SHA-256', 'sdk.sha256(data)', () => node.hash('sha256', data)),
        ...pair('AES-256-GCM, sealing', 'sdk.aesGcm.seal(key, data)', sealedByNode),
        ...pair('AES-256-GCM, opening', 'sdk.aesGcm.open(key, sealed)', () => openedByNode(sealed)),
        ...signing.rows,
      ],
      async tearDown() {
        await signing.tearDown()
        await lab[Symbol.asyncDispose]()
      },
    }
  },
}
