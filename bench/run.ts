/**
 * `npm run -s bench -- [ROOM] [--json]`: measures the rows of all rooms, or of one. Exit status 1 if a goal is not met.
 */
import { parseArgs } from 'node:util'
import { admission } from './admission.ts'
import { attestation } from './attestation.ts'
import { bundle } from './bundle.ts'
import { channel } from './channel.ts'
import { cli } from './cli.ts'
import { eventLoop } from './event-loop.ts'
import { fleet } from './fleet.ts'
import { type Benchmark, machineLine, measure, type Row } from './harness.ts'
import { http } from './http.ts'
import { hypervisor } from './hypervisor.ts'
import { idle } from './idle.ts'
import { image } from './image.ts'
import { kernel } from './kernel.ts'
import { kms } from './kms.ts'
import { languages } from './languages.ts'
import { network } from './network.ts'
import { parent } from './parent.ts'
import { peers } from './peers.ts'
import { proxy } from './proxy.ts'
import { qtsm } from './qtsm.ts'
import { sdk } from './sdk.ts'
import { vsockFairness } from './vsock-fairness.ts'
import { vsockMemory } from './vsock-memory.ts'
import { vsockRoundTrip } from './vsock-round-trip.ts'
import { vsockThroughput } from './vsock-throughput.ts'
import { web } from './web.ts'

const ROOMS: readonly Benchmark[] = [
  image,
  bundle,
  admission,
  attestation,
  qtsm,
  kernel,
  hypervisor,
  eventLoop,
  vsockThroughput,
  vsockRoundTrip,
  vsockFairness,
  vsockMemory,
  parent,
  peers,
  idle,
  languages,
  sdk,
  kms,
  proxy,
  network,
  http,
  channel,
  fleet,
  cli,
  web,
]

const { values, positionals } = parseArgs({ options: { json: { type: 'boolean' } }, allowPositionals: true })
const [wanted] = positionals
const chosen = ROOMS.filter(({ room }) => wanted === undefined || room === wanted)

const digits = (value: number | null) => (value === null ? '' : value.toPrecision(3))

function print(row: Row): void {
  const verdict = row.holds === null ? '' : row.holds ? 'holds' : 'MISSED'
  const cells = [
    row.name.padEnd(66),
    `${digits(row.median)} ${row.unit}`.padStart(12),
    digits(row.baseline).padStart(10),
    digits(row.ratio).padStart(8),
    (row.goal ?? '').padStart(12),
    verdict.padStart(7),
  ]
  console.log(cells.join(''))
}

async function main(): Promise<number> {
  if (chosen.length === 0) {
    console.error(`there is no room ${wanted}; there are ${ROOMS.map(({ room }) => room).join(', ')}`)
    return 2
  }
  if (!values.json) {
    console.log(machineLine())
    const head = [
      'what'.padEnd(66),
      'median'.padStart(12),
      'baseline'.padStart(10),
      'ratio'.padStart(8),
      'goal'.padStart(12),
    ]
    console.log(head.join(''))
  }
  const rows: Row[] = []
  for (const { measurements } of chosen) {
    const { rows: all, tearDown } = await measurements()
    try {
      for (const measurement of all) {
        const row = await measure(measurement)
        rows.push(row)
        if (!values.json) print(row)
      }
    } finally {
      await tearDown()
    }
  }
  if (values.json) console.log(JSON.stringify({ machine: machineLine(), rows }, null, 2))
  return rows.some(({ holds }) => holds === false) ? 1 : 0
}

process.exitCode = await main()
