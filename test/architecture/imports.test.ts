/** A room (a folder of src) imports only from rooms above it in the table of ARCHITECTURE.md. */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'

const src = fileURLToPath(new URL('../../src', import.meta.url))

/** In the order of the table. */
const ROOMS = [
  'base',
  'encoding',
  'platform',
  'http1',
  'service',
  'client',
  'attestation',
  'channel',
  'image',
  'oci',
  'admission',
  'vsock',
  'qtsm',
  'boundary',
  'kernel',
  'hypervisor',
  'parent',
  'pool',
  'node',
  'kms',
  'proxy',
  'network',
  'http',
  'fleet',
  'shared',
  'sdk',
  'testing',
  'keeper',
  'cli',
]

/** Rooms that may import from only some of the rooms above them. */
const RESTRICTED: Record<string, readonly string[]> = {
  encoding: ['base'],
  http1: ['base'],
  service: ['base'],
  client: ['base', 'platform/timer.ts', 'platform/yield.ts', 'service'],
  attestation: ['base', 'encoding'],
  channel: [
    'base',
    'attestation',
    'client',
    'encoding',
    'platform/environment.ts',
    'platform/timer.ts',
    'platform/yield.ts',
    'service',
  ],
  admission: ['base', 'platform/wasm-tools.ts'],
  oci: ['base', 'encoding', 'platform', 'image'],
  vsock: ['base'],
  qtsm: ['base', 'encoding/cbor'],
  boundary: ['base', 'vsock'],
  kernel: ['base', 'vsock', 'qtsm', 'boundary', 'encoding/cbor', 'platform/script-module.ts'],
  hypervisor: ['base', 'platform', 'image', 'admission', 'vsock', 'qtsm', 'boundary'],
  network: ['base', 'encoding/pem.ts', 'http1/receiver.ts'],
  http: ['base', 'http1', 'platform/timer.ts', 'platform/yield.ts', 'vsock/byte-stream.ts', 'network'],
  shared: ['base', 'platform/timer.ts', 'vsock/socket.ts', 'parent/listeners.ts'],
  sdk: [
    'base',
    'attestation/document.ts',
    'attestation/verify',
    'channel/wire',
    'encoding/cms',
    'encoding/ecdsa.ts',
    'http1',
    'service',
    'network',
    'shared/wire',
  ],
}

const IMPORT = /(?:from|import\()\s*'(\.[^']+)'/g

interface Import {
  from: string
  to: string
}

function imports(): Import[] {
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

/** What is wrong with an import, if anything. */
function fault({ from, to }: Import): string | undefined {
  const [room, target] = [roomOf(from), roomOf(to)]
  if (room === target) return undefined
  if (!ROOMS.includes(room) || !ROOMS.includes(target)) return `${from} -> ${to}: unknown room`
  if (ROOMS.indexOf(target) > ROOMS.indexOf(room)) return `${from} -> ${to}: imports a later room`
  const allowed = RESTRICTED[room]
  if (allowed && !allowed.some((path) => to === path || to.startsWith(`${path}/`)))
    return `${from} -> ${to}: not allowed for this room`
  return undefined
}

describe('imports', () => {
  test('follow the order of the rooms', () => {
    const found = imports()
    expect(found.length).toBeGreaterThan(100)
    expect(found.map(fault).filter(Boolean)).toEqual([])
  })

  test('that do not are found (the control)', () => {
    expect(fault({ from: 'vsock/a.ts', to: 'kernel/b.ts' })).toContain('imports a later room')
    expect(fault({ from: 'attestation/a.ts', to: 'platform/b.ts' })).toContain('not allowed for this room')
    expect(fault({ from: 'cellar/a.ts', to: 'base/b.ts' })).toContain('unknown room')
  })
})
