/** The house's arrows point down: a room imports only from rooms nearer the ground (ARCHITECTURE.md). */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'

const src = fileURLToPath(new URL('../../src', import.meta.url))

/** From the ground up. */
const FLOORS = [
  'base',
  'encoding',
  'platform',
  'http1',
  'service',
  'client',
  'attestation',
  'image',
  'admission',
  'vsock',
  'qtsm',
  'boundary',
  'kernel',
  'hypervisor',
  'parent',
  'node',
  'kms',
  'proxy',
  'sdk',
  'keeper',
  'cli',
]

/** Rooms that may import from fewer rooms than those below them. */
const NARROW: Record<string, readonly string[]> = {
  encoding: ['base'],
  http1: ['base'],
  service: ['base'],
  client: ['base', 'platform/yield.ts', 'service'],
  attestation: ['base', 'encoding'],
  admission: ['base', 'platform/wasm-tools.ts'],
  vsock: ['base'],
  qtsm: ['base', 'encoding/cbor'],
  boundary: ['base', 'vsock'],
  kernel: ['base', 'vsock', 'qtsm', 'boundary', 'encoding/cbor', 'platform/script-module.ts'],
  hypervisor: ['base', 'platform', 'image', 'admission', 'vsock', 'qtsm', 'boundary'],
  sdk: ['base', 'encoding/cms', 'encoding/ecdsa.ts', 'http1', 'service'],
}

const IMPORT = /(?:from|import\()\s*'(\.[^']+)'/g

interface Arrow {
  from: string
  to: string
}

function arrows(): Arrow[] {
  const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'))
  return files.flatMap((file) => {
    const text = readFileSync(join(src, file), 'utf8')
    return [...text.matchAll(IMPORT)].map(([, target]) => ({
      from: file,
      to: relative(src, join(src, dirname(file), target!)),
    }))
  })
}

const roomOf = (file: string) => file.split('/')[0]!

/** What is wrong with an arrow, if anything. */
function fault({ from, to }: Arrow): string | undefined {
  const [room, target] = [roomOf(from), roomOf(to)]
  if (room === target) return undefined
  if (!FLOORS.includes(room) || !FLOORS.includes(target)) return `${from} -> ${to}: a room that has no floor`
  if (FLOORS.indexOf(target) > FLOORS.indexOf(room)) return `${from} -> ${to}: points up`
  const allowed = NARROW[room]
  if (allowed && !allowed.some((place) => to === place || to.startsWith(`${place}/`)))
    return `${from} -> ${to}: not for this room`
  return undefined
}

describe('imports', () => {
  test('all point down', () => {
    const found = arrows()
    expect(found.length).toBeGreaterThan(100)
    expect(found.map(fault).filter(Boolean)).toEqual([])
  })

  test('the check finds arrows that do not', () => {
    expect(fault({ from: 'vsock/a.ts', to: 'kernel/b.ts' })).toContain('points up')
    expect(fault({ from: 'attestation/a.ts', to: 'platform/b.ts' })).toContain('not for this room')
    expect(fault({ from: 'cellar/a.ts', to: 'base/b.ts' })).toContain('no floor')
  })
})
