/** Starts and stops many enclaves in one process, and measures what they leave behind. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { createParent, type StartOptions } from '../../src/parent/index.ts'
import { laboratoryImage, receiveAll, send } from './laboratory.ts'

const SHARE = { vcpus: 1, memoryMiB: 64 }
/** Enclaves that are started before anything is measured, so that code is compiled and caches are filled. */
const WARM_UP = 5
/** Number of measurements, of which the smallest counts, because ended threads release their memory later. */
const SAMPLES = 6
const SAMPLE_INTERVAL = 100

/** The memory of this process in bytes. */
export interface Held {
  resident: number
  heap: number
}

/** The result of starting and stopping many enclaves. */
export interface EnduranceReport {
  first: Held
  last: Held
  /** Total milliseconds. */
  elapsed: number
  /** Resources of which there are more than before, by name. */
  left: readonly string[]
}

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/** The number of enclaves, and their isolation. */
export interface Endurance {
  count: number
  isolation: NonNullable<StartOptions['isolation']>
}

/** Starts, queries over vsock and stops one enclave after another. */
export async function endure(options: Endurance): Promise<EnduranceReport> {
  // A folder for temporary files that no other process uses.
  const { TMPDIR: usual = tmpdir() } = process.env
  const folder = mkdtempSync(join(usual, 'webclave-endurance-'))
  process.env['TMPDIR'] = folder
  try {
    return await endureIn(folder, options)
  } finally {
    process.env['TMPDIR'] = usual
    rmSync(folder, { recursive: true })
  }
}

async function endureIn(folder: string, { count, isolation }: Endurance): Promise<EnduranceReport> {
  await using parent = await createParent({ vcpus: 2, memoryMiB: 256 })
  const { eif } = await laboratoryImage()
  const live = async () => {
    await using enclave = await parent.start(eif, { ...SHARE, isolation })
    await using socket = await enclave.connect(5000)
    await send(socket, 'return 6 * 7')
    if (JSON.parse(await receiveAll(socket)).value !== 42) throw new Error('an enclave did not answer')
  }
  const lives = async (number: number) => {
    for (let life = 0; life < number; life++) await live()
  }
  await lives(WARM_UP)
  await measure()
  const before = resources(folder)
  const begin = performance.now()
  await lives(count >> 1)
  const first = await measure()
  await lives(count - (count >> 1))
  const last = await measure()
  return { first, last, elapsed: performance.now() - begin, left: surplus(resources(folder), before) }
}

/** The exceeded limits; empty if there are none. */
export function judge({ first, last, left }: EnduranceReport, { growth }: { growth: number }): string[] {
  const grown = last.resident / first.resident - 1
  return [
    ...(grown > growth ? [`resident memory grew by ${(grown * 100).toFixed(1)} %`] : []),
    ...left.map((name) => `left behind: ${name}`),
  ]
}

async function measure(): Promise<Held> {
  const seen: Held[] = []
  for (let count = 0; count < SAMPLES; count++) {
    collect()
    await pause(SAMPLE_INTERVAL)
    const { rss, heapUsed } = process.memoryUsage()
    seen.push({ resident: rss, heap: heapUsed })
  }
  return {
    resident: Math.min(...seen.map(({ resident }) => resident)),
    heap: Math.min(...seen.map(({ heap }) => heap)),
  }
}

/** The open resources of this process: one name for each resource. */
function resources(folder: string): string[] {
  const listed = (path: string, kind: (name: string) => string) => {
    try {
      return readdirSync(path).map(kind)
    } catch {
      // Only Linux lists these.
      return []
    }
  }
  return [
    ...process.getActiveResourcesInfo(),
    ...listed('/proc/self/fd', () => 'descriptor'),
    ...listed('/proc/self/task', () => 'thread'),
    ...listed(folder, (name) => `file ${name}`),
  ]
}

function surplus(now: readonly string[], before: readonly string[]): string[] {
  const left = [...now]
  for (const name of before) {
    const at = left.indexOf(name)
    if (at >= 0) left.splice(at, 1)
  }
  return left
}
