/** `qt proxy`, as a program, between a Unix socket and TCP, against socat; its memory against that of an idle Node. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type EnclaveLine, parentSocket } from '../src/keeper/hybrid-vsock.ts'
import { Socat, socatVersion } from './baselines/socat.ts'
import { type Benchmark, type Measurement, median, timed } from './harness.ts'
import { Echo, InParts, receive, send, TcpHost, type Way } from './tcp-host.ts'

const QT = fileURLToPath(new URL('../bin/qt', import.meta.url))
const MIB = 1 << 20
const BULK = 128 * MIB
const SMALL = new Uint8Array(64)
const TRIPS = 500
const IN_TURN = 100
const PARTS = 20
const AT_ONCE = 300
const KIB_AT_ONCE = new Uint8Array(1024)
const TRIPS_AT_ONCE = 8
/** Milliseconds until a process has done what it does in the background after its start. */
const SETTLING = 1000
const IDLE = 'setInterval(() => {}, 1e9)'

/** A user's folders, in which `qt proxy` listens for all enclaves. */
class Home {
  readonly #folder: string
  readonly env: NodeJS.ProcessEnv

  private constructor(folder: string) {
    this.#folder = folder
    this.env = {
      PATH: `${dirname(process.execPath)}:${process.env['PATH']}`,
      HOME: folder,
      XDG_RUNTIME_DIR: join(folder, 'run'),
      XDG_STATE_HOME: join(folder, 'state'),
      XDG_CACHE_HOME: join(folder, 'cache'),
      XDG_CONFIG_HOME: join(folder, 'config'),
    }
    mkdirSync(join(folder, 'run'), { mode: 0o700 })
  }

  static async create(): Promise<Home> {
    return new Home(await mkdtemp(join(tmpdir(), 'bench-')))
  }

  /** A running `qt proxy`, which relays a vsock port of the parent to a port of this host. */
  async proxy(vsockPort: number, port: number): Promise<ChildProcess> {
    const words = ['proxy', '-l', `${vsockPort}`, '-a', '127.0.0.1', '-p', `${port}`]
    const child = spawn(QT, words, { env: this.env, stdio: ['ignore', 'pipe', 'inherit'] })
    // It prints on what it listens.
    await Promise.race([
      once(child.stdout!, 'data'),
      once(child, 'exit').then(([status]) => {
        throw new Error(`bench: qt proxy ended with status ${status}`)
      }),
    ])
    return child
  }

  /** The socket to which keepers of enclaves connect, with the line in which they say which enclave it is. */
  way(vsockPort: number, port: number): Way {
    const enclave: EnclaveLine = { id: 0, cid: 4, destinations: [`127.0.0.1:${port}`] }
    return {
      path: parentSocket(join(this.env['XDG_RUNTIME_DIR']!, 'webclave'), vsockPort),
      preface: `${JSON.stringify(enclave)}\n`,
    }
  }

  /** Where socat listens. */
  get socat(): string {
    return join(this.#folder, 'socat')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true })
  }
}

async function ended(child: ChildProcess): Promise<void> {
  const exit = once(child, 'exit')
  child.kill()
  await exit
}

/** MB/s of a transfer of BULK bytes. */
const throughput = async (transfer: typeof send, way: Way) =>
  BULK / 1e3 / (await timed(() => transfer(way, BULK)))

/** µs of a round trip on an open connection. */
const tripTime = async (echo: Echo) => ((await timed(() => echo.trips(SMALL, TRIPS))) * 1000) / TRIPS

/** µs of the answer to a message in two parts. */
async function partsTime(way: Way): Promise<number> {
  const connection = new InParts(way)
  const trips = async () => {
    for (let count = 0; count < PARTS; count++) await connection.trip()
  }
  // The operating system acknowledges the first ones at once.
  await trips()
  const time = await timed(trips)
  connection.close()
  return (time * 1000) / PARTS
}

/** A connection, round trips, and its end. */
async function visit(way: Way, bytes: Uint8Array, trips: number): Promise<void> {
  const echo = new Echo(way)
  await echo.trips(bytes, trips)
  await echo.close()
}

/** µs of a connection with one round trip, one connection after the other. */
async function visitTime(way: Way): Promise<number> {
  const time = await timed(async () => {
    for (let done = 0; done < IN_TURN; done++) await visit(way, SMALL, 1)
  })
  return (time * 1000) / IN_TURN
}

/** Milliseconds that each of the connections took that began at once, sorted. */
async function together(way: Way): Promise<readonly number[]> {
  const visits = Array.from({ length: AT_ONCE }, () => timed(() => visit(way, KIB_AT_ONCE, TRIPS_AT_ONCE)))
  return (await Promise.all(visits)).toSorted((left, right) => left - right)
}

/** Lines of /proc/PID/smaps_rollup. Private memory is what no other process shares, such as another Node. */
const MEMORY = { resident: /^Rss:\s+(\d+)/gm, private: /^Private_\w+:\s+(\d+)/gm }

/** KiB of memory of an idle process. */
async function memoryOf(starting: Promise<ChildProcess>, which: keyof typeof MEMORY): Promise<number> {
  const child = await starting
  await new Promise((resolve) => setTimeout(resolve, SETTLING))
  const lines = readFileSync(`/proc/${child.pid}/smaps_rollup`, 'utf8').matchAll(MEMORY[which])
  await ended(child)
  return [...lines].reduce((sum, [, kib]) => sum + Number(kib), 0)
}

const bareNode = async (env: NodeJS.ProcessEnv): Promise<ChildProcess> =>
  spawn('node', ['-e', IDLE], { env, stdio: 'ignore' })

export const proxy: Benchmark = {
  room: 'proxy',
  async measurements() {
    const [home, host] = [await Home.create(), await TcpHost.start()]
    const qt = await home.proxy(8000, host.port)
    const way = home.way(8000, host.port)
    const version = socatVersion()
    const socat = version === undefined ? undefined : await Socat.start(home.socat, host.port)
    if (socat) console.error(`bench: socat ${version}`)
    const echoes = [new Echo(way), ...(socat ? [new Echo(socat)] : [])]
    /** The times of the latest connections at once. */
    let times: readonly number[] = []
    const memory = (which: keyof typeof MEMORY): Measurement => ({
      name: `qt proxy idle, against an idle node: ${which} memory`,
      unit: 'KiB',
      samples: 5,
      subject: () => memoryOf(home.proxy(8001, host.port), which),
      baseline: () => memoryOf(bareNode(home.env), which),
      ...(which === 'resident' && { goal: { atMost: 1.5 } }),
    })
    const againstSocat = (bare: Socat): Measurement[] => [
      {
        name: 'through qt proxy to a host, against socat',
        unit: 'MB/s',
        samples: 15,
        subject: () => throughput(send, way),
        baseline: () => throughput(send, bare),
        goal: { atLeast: 0.9 },
      },
      {
        name: 'through qt proxy from a host, against socat',
        unit: 'MB/s',
        samples: 15,
        subject: () => throughput(receive, way),
        baseline: () => throughput(receive, bare),
        goal: { atLeast: 0.9 },
      },
      {
        name: 'a round trip of 64 bytes through qt proxy, against socat',
        unit: 'µs',
        samples: 81,
        subject: () => tripTime(echoes[0]!),
        baseline: () => tripTime(echoes[1]!),
        goal: { atMost: 1.2 },
      },
      {
        name: 'the answer to a message in two parts, against socat',
        unit: 'µs',
        samples: 7,
        subject: () => partsTime(way),
        baseline: () => partsTime(bare),
        goal: { atMost: 1.2 },
      },
      {
        name: 'a connection with one round trip, against socat',
        unit: 'µs',
        samples: 15,
        subject: () => visitTime(way),
        baseline: () => visitTime(bare),
        goal: { atMost: 1.2 },
      },
      {
        name: 'the median of 300 connections at once, against socat',
        unit: 'ms',
        samples: 7,
        subject: async () => median(await together(way)),
        baseline: async () => median(await together(bare)),
      },
    ]
    return {
      rows: [
        ...(socat ? againstSocat(socat) : []),
        {
          name: 'the slowest of 300 connections at once, against their median',
          unit: 'ms',
          samples: 11,
          async subject() {
            times = await together(way)
            return times.at(-1)!
          },
          baseline: () => median(times),
          goal: { atMost: 3 },
        },
        {
          name: 'the same, nine of ten, against the fastest',
          unit: 'ms',
          samples: 11,
          async subject() {
            times = await together(way)
            return times[Math.ceil(0.9 * AT_ONCE) - 1]!
          },
          baseline: () => times[0]!,
        },
        memory('resident'),
        memory('private'),
      ],
      async tearDown() {
        await Promise.all(echoes.map((echo) => echo.close()))
        await socat?.[Symbol.asyncDispose]()
        await ended(qt)
        await host[Symbol.asyncDispose]()
        await home[Symbol.asyncDispose]()
      },
    }
  },
}
