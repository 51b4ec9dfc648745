/** `fetch` of an enclave, through the proxy and with TLS that ends in it, against that of a bare Node. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import * as tls from 'node:tls'
import { fileURLToPath } from 'node:url'
import { buildImage } from '../src/image/index.ts'
import { createParent } from '../src/parent/index.ts'
import { openProxy } from '../src/proxy/index.ts'
import { issue } from '../test/support/certificates.ts'
import type { Benchmark, Measurement } from './harness.ts'

const PROGRAM = fileURLToPath(new URL('programs/https-host.ts', import.meta.url))
const GUEST = fileURLToPath(new URL('guests/fetcher.ts', import.meta.url))
const REQUESTS = 200
const CONNECTIONS = 10

type Fetcher = Record<'fetch' | 'connect', (task: { url: string; count: number }) => number>

export const network: Benchmark = {
  room: 'network',
  async measurements() {
    const root = issue({ subject: 'root', isAuthority: true })
    const { keyPem, pem } = issue({ subject: 'server', names: ['localhost'], issuer: root })
    const host = fork(PROGRAM)
    host.send({ key: keyPem, cert: pem })
    const [port] = await once(host, 'message')
    const url = `https://localhost:${port}/`
    tls.setDefaultCACertificates([root.pem])
    const { eif } = await buildImage({
      app: { path: GUEST },
      files: { 'roots.pem': new TextEncoder().encode(root.pem) },
      manifest: { roots: 'roots.pem', destinations: ['localhost:*'] },
    })
    const parent = await createParent({ vcpus: 1, memoryMiB: 128 })
    const proxy = openProxy(parent, { allowlist: ['localhost:*', '127.0.0.1:*'] })
    const enclave = await parent.start(eif, { vcpus: 1, memoryMiB: 128 })
    const service = await enclave.client<Fetcher>(5000)
    const bare = async (count: number, init: RequestInit = {}) => {
      const begin = performance.now()
      for (let done = 0; done < count; done++) await (await fetch(url, init)).arrayBuffer()
      return performance.now() - begin
    }
    const rows: Measurement[] = [
      {
        name: 'an HTTPS request of 1 KiB from an enclave, against a bare Node’s',
        unit: 'µs',
        samples: 15,
        subject: async () => ((await service.call.fetch({ url, count: REQUESTS })) / REQUESTS) * 1000,
        baseline: async () => ((await bare(REQUESTS)) / REQUESTS) * 1000,
        goal: { atMost: 5 },
      },
      {
        name: 'the same over a new connection each',
        unit: 'µs',
        samples: 10,
        subject: async () => ((await service.call.connect({ url, count: CONNECTIONS })) / CONNECTIONS) * 1000,
        baseline: async () =>
          ((await bare(CONNECTIONS, { method: 'POST', headers: { 'x-close': '1' } })) / CONNECTIONS) * 1000,
      },
    ]
    return {
      rows,
      async tearDown() {
        await service.close()
        await proxy.close()
        await parent.close()
        host.kill()
      },
    }
  },
}
