/**
 * A secret-handling module in a Node service, against what else one could take: a bare Worker, an Extism plugin in a
 * Worker, isolated-vm. Each row alternates with its baseline.
 */
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { ServiceClient } from '../src/client/index.ts'
import { forgetComponents } from '../src/hypervisor/components.ts'
import { buildImage } from '../src/image/index.ts'
import { createParent, type Enclave, type Parent, type StartOptions } from '../src/parent/index.ts'
import { createPool, type Pool } from '../src/pool/index.ts'
import { BareService } from './baselines/bare-service.ts'
import { emptyWorker } from './baselines/empty-worker.ts'
import { ExtismPlugin } from './baselines/extism.ts'
import { ISOLATED_VM, loadIsolatedVm, openIsolate } from './baselines/isolated-vm.ts'
import { PingPong } from './baselines/ping-pong.ts'
import { type Benchmark, type Measurement, timed, UNTIL_SPARE } from './harness.ts'

type Service = { echo(value: unknown): unknown }

const SHARE = { vcpus: 1, memoryMiB: 64 }
const SMALL = new Uint8Array(64)
const LARGE = new Uint8Array(1 << 20)
const CALLS = 2000
const AT_ONCE = 64
const LARGE_CALLS = 100
const guest = (name: string) => fileURLToPath(new URL(`guests/${name}.ts`, import.meta.url))

const emptyNode = () => promisify(execFile)(process.execPath, ['-e', '0']).then(() => {})

/** One after the other, µs each. */
const inTurn = async (call: () => Promise<unknown>, count: number): Promise<number> =>
  ((await timed(async () => {
    for (let done = 0; done < count; done++) await call()
  })) *
    1000) /
  count

/** So many at once, µs each. */
const atOnce = (call: () => Promise<unknown>): Promise<number> =>
  inTurn(() => Promise.all(Array.from({ length: AT_ONCE }, call)), Math.ceil(CALLS / AT_ONCE)).then(
    (time) => time / AT_ONCE,
  )

/** Milliseconds from a start to the first answer. */
async function firstAnswer(
  parent: Parent,
  image: Parameters<Parent['start']>[0],
  options: Partial<StartOptions> = {},
) {
  let enclave: Enclave | undefined
  let client: ServiceClient<Service> | undefined
  const time = await timed(async () => {
    enclave = await parent.start(image, { ...SHARE, ...options })
    client = await enclave.client<Service>()
    await client.call.echo(SMALL)
  })
  await client?.close()
  await enclave?.stop()
  return time
}

/** Milliseconds to the first answer of an enclave of a pool, of which each call gets another one. */
async function fromPool(pool: Pool<Service>): Promise<number> {
  while (pool.stats().enclaves < 2) await new Promise((resolve) => setTimeout(resolve, 5))
  return timed(() => pool.call.echo(SMALL))
}

/** The versions of the peers, for standard error. */
function versions(): string {
  const list = readFileSync(new URL('../package.json', import.meta.url), 'utf8')
  const { devDependencies } = JSON.parse(list) as { devDependencies: Record<string, string> }
  return `Extism ${devDependencies['@extism/extism']}, isolated-vm ${ISOLATED_VM}`
}

export const peers: Benchmark = {
  room: 'peers',
  async measurements() {
    console.error(`bench: ${versions()}`)
    const [{ eif }, echoImage] = [
      await buildImage({ app: { path: guest('service') } }),
      await buildImage({ app: { path: guest('echo-bytes') } }),
    ]
    const parent = await createParent({ vcpus: 8, memoryMiB: 1024 })
    const image = await parent.prepare(eif, { memoryMiB: 64 })
    const enclave = await parent.start(image, SHARE)
    const client = await enclave.client<Service>()
    const socket = await (await parent.start(echoImage.eif, SHARE)).connect(5000)
    const [writer, reader] = [socket.writable.getWriter(), socket.readable.getReader()]
    const trip = async () => {
      await writer.write(SMALL)
      await reader.read()
    }
    const pool = await createPool<Service>(image, { size: 2, recycleAfter: 1, parent })
    const [bare, pingPong, plugin] = [new BareService(), new PingPong(), await ExtismPlugin.start()]
    const vm = loadIsolatedVm()
    const isolate = vm && (await openIsolate(vm))
    const call = () => client.call.echo(SMALL)
    const bareCall = () => bare.call(SMALL)
    const rows: Measurement[] = [
      {
        name: 'a round trip of 64 bytes, against postMessage',
        unit: 'µs',
        samples: 11,
        subject: () => inTurn(trip, CALLS),
        baseline: () => inTurn(() => pingPong.trips(SMALL, 1), CALLS),
        goal: { atMost: 1.5 },
      },
      {
        name: 'a call with 64 bytes, against one of an Extism plugin in a Worker',
        unit: 'µs',
        samples: 11,
        subject: () => inTurn(call, CALLS),
        baseline: () => inTurn(() => plugin.calls(SMALL, 1), CALLS),
        goal: { atMost: 0.5 },
      },
      {
        name: 'the same, against a bare Worker',
        unit: 'µs',
        samples: 11,
        subject: () => inTurn(call, CALLS),
        baseline: () => inTurn(bareCall, CALLS),
        goal: { atMost: 2.5 },
      },
      {
        name: 'the same, 64 at once',
        unit: 'µs',
        samples: 11,
        subject: () => atOnce(call),
        baseline: () => atOnce(bareCall),
        goal: { atMost: 2 },
      },
      {
        name: 'a call with 1 MiB each way, against a bare Worker',
        unit: 'µs',
        samples: 11,
        subject: () => inTurn(() => client.call.echo(LARGE), LARGE_CALLS),
        baseline: () => inTurn(() => bare.call(LARGE), LARGE_CALLS),
        goal: { atMost: 1.67 },
      },
      {
        name: 'start to first answer from a pool, against an empty Worker',
        unit: 'ms',
        samples: 9,
        rest: UNTIL_SPARE,
        subject: () => fromPool(pool),
        baseline: () => timed(emptyWorker),
        goal: { atMost: 1 },
      },
      {
        name: 'the same without a pool, everything cached',
        unit: 'ms',
        samples: 15,
        rest: UNTIL_SPARE,
        subject: () => firstAnswer(parent, image),
        baseline: () => timed(emptyWorker),
        goal: { atMost: 1.5 },
      },
      {
        name: 'the same, nothing cached',
        unit: 'ms',
        samples: 9,
        subject: () => {
          forgetComponents()
          return firstAnswer(parent, eif)
        },
        baseline: () => timed(emptyWorker),
        goal: { atMost: 4 },
      },
      {
        name: 'the same in a process of its own, against `node -e 0`',
        unit: 'ms',
        samples: 9,
        subject: () => firstAnswer(parent, image, { isolation: 'process' }),
        baseline: () => timed(emptyNode),
        goal: { atMost: 3 },
      },
    ]
    if (vm && isolate) {
      rows.push(
        {
          name: 'start to first answer, cached, against isolated-vm',
          unit: 'ms',
          samples: 9,
          subject: () => firstAnswer(parent, image),
          baseline: () =>
            timed(async () => {
              const fresh = await openIsolate(vm)
              await fresh.echo(SMALL)
              fresh.close()
            }),
        },
        {
          name: 'a call with 64 bytes, against isolated-vm',
          unit: 'µs',
          samples: 11,
          subject: () => inTurn(call, CALLS),
          baseline: () => inTurn(() => isolate.echo(SMALL), CALLS),
        },
        {
          name: 'a call with 1 MiB each way, against isolated-vm',
          unit: 'µs',
          samples: 11,
          subject: () => inTurn(() => client.call.echo(LARGE), LARGE_CALLS),
          baseline: () => inTurn(() => isolate.echo(LARGE), LARGE_CALLS),
        },
      )
    }
    return {
      rows,
      async tearDown() {
        isolate?.close()
        await pool.close()
        await parent.close()
        await Promise.all([bare, pingPong, plugin].map((each) => each[Symbol.asyncDispose]()))
      },
    }
  },
}
