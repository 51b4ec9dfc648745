/** Ended enclaves leave nothing behind: no Worker, no port, no pending promise, nothing that keeps a process alive. */
import { execFile, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { buildImage } from '../../src/image/index.ts'
import { createParent } from '../../src/parent/index.ts'
import { laboratoryImage } from '../support/laboratory.ts'

const SHARE = { vcpus: 1, memoryMiB: 64 }

const workers = () =>
  process.getActiveResourcesInfo().filter((name) => name === 'MessagePort' || name === 'Worker').length

describe('resources', () => {
  test('starting and stopping leaves no Worker and no port behind', async () => {
    const { eif } = await laboratoryImage()
    await using parent = await createParent({ vcpus: 2, memoryMiB: 512 })
    await (await parent.start(eif, SHARE)).stop()
    const before = workers()
    for (let count = 0; count < 5; count++) {
      const enclave = await parent.start(eif, SHARE)
      const socket = await enclave.connect(5000)
      await enclave.stop()
      await socket.closed
    }
    expect(workers()).toBe(before)
  })

  test('a process ends by itself once its enclave has ended', async () => {
    const index = fileURLToPath(new URL('../../src/parent/index.ts', import.meta.url))
    const image = fileURLToPath(new URL('../../src/image/index.ts', import.meta.url))
    const script = `
      import { createParent } from ${JSON.stringify(index)}
      import { buildImage } from ${JSON.stringify(image)}
      const { eif } = await buildImage({ app: { source: 'console.log(1)' } })
      const parent = await createParent({ vcpus: 1, memoryMiB: 64 })
      const enclave = await parent.start(eif, { vcpus: 1, memoryMiB: 64 })
      console.log(JSON.stringify(await enclave.exited))`
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let output = ''
    child.stdout.on('data', (data) => {
      output += data
    })
    const status = await new Promise((resolve) => child.once('exit', resolve))
    expect([status, output.trim()]).toEqual([0, '{"kind":"exited","status":0}'])
  })

  const ONE_HOUR = 'setTimeout(() => {}, 3_600_000)'
  test.each<[isolation: string, calls: string, source: string, printed: string]>([
    ['worker', '.unref()', ONE_HOUR, 'free'],
    ['process', '.unref()', ONE_HOUR, 'free'],
    ['worker', '.unref().ref()', 'setTimeout(() => {}, 300)', 'ended free'],
    ['process', '.unref().ref()', 'setTimeout(() => {}, 300)', 'ended free'],
  ])(
    'an enclave keeps its process alive unless unref was called: %s%s',
    async (isolation, calls, source, printed) => {
      const [index, image] = ['parent', 'image'].map((room) =>
        JSON.stringify(fileURLToPath(new URL(`../../src/${room}/index.ts`, import.meta.url))),
      )
      const script = `
        import { createParent } from ${index}
        import { buildImage } from ${image}
        const { eif } = await buildImage({ app: { source: ${JSON.stringify(source)} } })
        const parent = await createParent({ vcpus: 1, memoryMiB: 64 })
        const options = { vcpus: 1, memoryMiB: 64, isolation: '${isolation}', runTimeout: 3_000_000 }
        const enclave = await parent.start(eif, options)
        void enclave${calls}.exited.then(() => console.log('ended'))
        process.once('beforeExit', () => console.log('free'))`
      const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script])
      expect(stdout.trim().replace('\n', ' ')).toBe(printed)
    },
  )

  test('six enclaves of one parent run concurrently, with different CIDs and IDs', async () => {
    const { eif } = await buildImage({
      app: {
        source:
          'const { localCid } = require("qingtian:enclave/vsock"); if (localCid() < 4) throw new Error("no CID")',
      },
    })
    await using parent = await createParent({ vcpus: 8, memoryMiB: 512 })
    const started = await Promise.all(Array.from({ length: 6 }, () => parent.start(eif, SHARE)))
    expect(new Set(started.map(({ cid }) => cid)).size).toBe(6)
    expect(new Set(started.map(({ id }) => id)).size).toBe(6)
    const reasons = await Promise.all(started.map(({ exited }) => exited))
    expect(reasons).toEqual(Array(6).fill({ kind: 'exited', status: 0 }))
  })
})
