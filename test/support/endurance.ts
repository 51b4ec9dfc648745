/** Many lives of enclaves in one process, one after another, and what they leave behind. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { createParent, type StartOptions } from '../../src/parent/index.ts'
import { laboratoryImage, receiveAll, send } from './laboratory.ts'

const SHARE = { vcpus: 1, memoryMiB: 64 }
/** Lives before anything is counted: code is compiled and caches are filled by then. */
const WARM_UP = 5
/** Looks at the process, of which the smallest counts: threads that have ended give their memory back in their own time. */
const LOOKS = 6
const BETWEEN_LOOKS = 100

/** Bytes of this process. */
export interface Held {
  resident: number
  heap: number
}

/** What many lives cost. */
export interface EnduranceReport {
  first: Held
  last: Held
  /** Milliseconds of all lives. */
  elapsed: number
  /** What there is more of than before the first life, by name. */
  left: readonly string[]
}

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/** How many lives, and where. */
export interface Endurance {
  count: number
  isolation: NonNullable<StartOptions['isolation']>
}

/** Lives them: each a start, one question over vsock that is answered, a stop. */
export async function endure(options: Endurance): Promise<EnduranceReport> {
  // A folder for temporary files that nobody else writes to.
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
  await look()
  const before = resources(folder)
  const begin = performance.now()
  await lives(count >> 1)
  const first = await look()
  await lives(count - (count >> 1))
  const last = await look()
  return { first, last, elapsed: performance.now() - begin, left: surplus(resources(folder), before) }
}

/** What does not hold; nothing where all does. */
export function judge({ first, last, left }: EnduranceReport, { growth }: { growth: number }): string[] {
  const grown = last.resident / first.resident - 1
  return [
    ...(grown > growth ? [`resident memory grew by ${(grown * 100).toFixed(1)} %`] : []),
    ...left.map((name) => `left behind: ${name}`),
  ]
}

async function look(): Promise<Held> {
  const seen: Held[] = []
  for (let count = 0; count < LOOKS; count++) {
    collect()
    await pause(BETWEEN_LOOKS)
    const { rss, heapUsed } = process.memoryUsage()
    seen.push({ resident: rss, heap: heapUsed })
  }
  return {
    resident: Math.min(...seen.map(({ resident }) => resident)),
    heap: Math.min(...seen.map(({ heap }) => heap)),
  }
}

/** What this process has open now, by kind; one name for each that there is. */
function resources(folder: string): string[] {
  const listed = (path: string, kind: (name: string) => string) => {
    try {
      return readdirSync(path).map(kind)
    } catch {
      // Only Linux shows these.
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
