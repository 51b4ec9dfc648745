/** HTTP of an enclave: `serveHttp` through `enclaveFetch`, against a call of a service and against plain HTTP of Node. */
import { fork } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { enclaveFetch } from '../src/http/index.ts'
import { buildImage } from '../src/image/index.ts'
import { createParent } from '../src/parent/index.ts'
import { type Benchmark, timed } from './harness.ts'

const PROGRAM = fileURLToPath(new URL('programs/http-host.ts', import.meta.url))
const GUEST = fileURLToPath(new URL('guests/web-echo.ts', import.meta.url))
const REQUESTS = 500
const LARGE_REQUESTS = 160
const AT_ONCE = 8
const KIB = 1024

type Echo = { echo(value: Uint8Array): Uint8Array }
type Send = (body: Uint8Array<ArrayBuffer>) => Promise<unknown>

/** Microseconds of one of many, one after the other. */
async function oneByOne(send: Send): Promise<number> {
  const body = randomBytes(64)
  const milliseconds = await timed(async () => {
    for (let done = 0; done < REQUESTS; done++) await send(body)
  })
  return (milliseconds * 1000) / REQUESTS
}

/** MB/s of bodies of 64 KiB there, and as many back, some at once. */
async function rateOf(send: Send): Promise<number> {
  const body = randomBytes(64 * KIB)
  const milliseconds = await timed(async () => {
    const worker = async () => {
      for (let done = 0; done < LARGE_REQUESTS / AT_ONCE; done++) await send(body)
    }
    await Promise.all(Array.from({ length: AT_ONCE }, worker))
  })
  return (LARGE_REQUESTS * body.byteLength) / 1000 / milliseconds
}

export const http: Benchmark = {
  room: 'http',
  async measurements() {
    const host = fork(PROGRAM)
    const [port] = await once(host, 'message')
    const { eif } = await buildImage({ app: { path: GUEST } })
    const parent = await createParent({ vcpus: 1, memoryMiB: 128 })
    const enclave = await parent.start(eif, { vcpus: 1, memoryMiB: 128 })
    const service = await enclave.client<Echo>(5000)
    const front = enclaveFetch(enclave)
    const post = (send: typeof fetch, url: string) => async (body: Uint8Array<ArrayBuffer>) =>
      (await send(url, { method: 'POST', body })).arrayBuffer()
    const toEnclave = post(front, 'http://enclave/')
    const toNode = post(fetch, `http://127.0.0.1:${port}/`)
    return {
      rows: [
        {
          name: 'an HTTP request of 64 bytes to an enclave, against a call of its service',
          unit: 'µs',
          samples: 11,
          subject: () => oneByOne(toEnclave),
          baseline: () => oneByOne((body) => service.call.echo(body)),
        },
        {
          name: 'the same, against plain HTTP of Node',
          unit: 'µs',
          samples: 11,
          subject: () => oneByOne(toEnclave),
          baseline: () => oneByOne(toNode),
        },
        {
          name: '64 KiB bodies to an enclave and back, 8 at once, against plain HTTP of Node',
          unit: 'MB/s',
          samples: 11,
          subject: () => rateOf(toEnclave),
          baseline: () => rateOf(toNode),
        },
      ],
      async tearDown() {
        front.close()
        await service.close()
        await parent.close()
        host.kill()
      },
    }
  },
}
