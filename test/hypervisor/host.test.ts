/** A Worker as an enclave's host: its channel, its own end, its termination, and its CPU limit. */
import { describe, expect, test } from 'vitest'
import type { SentProgram } from '../../src/boundary/program.ts'
import { Phase, Word } from '../../src/boundary/shared-memory.ts'
import { startWorkerHost } from '../../src/hypervisor/host.ts'
import { tasks, until } from './kernel-ends.ts'

/** A kernel for a test, in which `words` are the control words and `tell` sets the phase. */
const kernelOf = (body: string) => `
  globalThis.webclaveKernel = { emptyScope() {}, async boot({ shared, cid, modules, files, source }) {
    const words = new Int32Array(shared)
    const tell = (phase) => Atomics.store(words, ${Word.PHASE}, phase)
    ${body}
  } }`

const started = (body: string, cpuLimit?: number, boot: Partial<SentProgram['boot']> = {}) =>
  startWorkerHost({
    memoryMiB: 16,
    kernel: kernelOf(body),
    component: { glue: 'const instantiate = undefined', moduleBytes: new Map() },
    modules: new Map([['core', new WebAssembly.Module(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0))]]),
    boot: {
      cid: 77,
      bufferPool: 1,
      debug: false,
      args: [],
      env: [],
      files: new Map(),
      source: undefined,
      ...boot,
    },
    cpuLimit,
  })

const SPIN = 'for (;;);'
const WAIT = `Atomics.wait(words, ${Word.KERNEL_BELL}, 0)`

describe('a Worker', () => {
  test('gets its message, its modules and the memory that its host sees', async () => {
    const { channel, lost } = await started(
      `tell(cid * 100 + Number(modules.get('core') instanceof WebAssembly.Module))`,
    )
    expect(await lost).toEqual({ kind: 'host-lost', message: 'the Worker ended unexpectedly' })
    expect(channel.phase).toBe(7701)
  })

  test('gets copies of its files and its source, not the image that they are views of', async () => {
    const image = new Uint8Array(1 << 20).fill(7)
    const { channel, lost } = await started(
      `const file = files.get('a')
      tell(file.buffer.byteLength * 10000 + file[1] * 1000 + source.buffer.byteLength * 10 + source[0])`,
      undefined,
      { files: new Map([['a', image.subarray(5, 8)]]), source: image.subarray(9, 13) },
    )
    await lost
    expect(channel.phase).toBe(37047)
  })

  test('that throws is lost, with the error’s message', async () => {
    const { lost } = await started(`throw new Error('broken')`)
    expect(await lost).toEqual({ kind: 'host-lost', message: expect.stringContaining('broken') })
  })

  test('that exhausts its own heap ends with out-of-memory, and other Workers continue', async () => {
    const fill = (length: string) =>
      `const all = []; while (${length}) all.push(new Array(100000).fill(all)); tell(1)`
    const beside = await started(WAIT)
    const small = await started(fill('all.length < 20'))
    const { channel, lost } = await started(fill('true'))
    expect(await lost).toEqual({ kind: 'out-of-memory', message: expect.stringContaining('memory limit') })
    expect(channel.phase).toBe(0)
    // The control: 16 MB is within its limit.
    await small.lost
    expect(small.channel.phase).toBe(1)
    await beside.kill()
  })

  test('that spins is killed', async () => {
    const { channel, kill, lost } = await started(`tell(${Phase.RUNNING}); ${SPIN}`)
    await until(() => channel.phase === Phase.RUNNING)
    await kill()
    expect(await lost).toMatchObject({ kind: 'host-lost' })
  })
})

describe('a CPU limit', () => {
  test('that is exceeded ends the enclave, and wakes its host', async () => {
    const { channel, kill } = await started(`tell(${Phase.RUNNING}); ${SPIN}`, 30)
    const mark = channel.mark()
    await until(() => channel.phase === Phase.ENDED)
    expect(channel.mark()).toBe(mark + 1)
    expect(channel.readEnd()).toMatchObject({ end: 5 })
    await kill()
  })

  test.each([
    ['that boots', SPIN],
    ['that has ended', `tell(${Phase.ENDED}); ${SPIN}`],
    ['that sleeps', `Atomics.store(words, ${Word.ASLEEP}, 1); tell(${Phase.RUNNING}); ${WAIT}`],
  ])('is not used up by an enclave %s', async (_, body) => {
    const { channel, kill } = await started(body, 1)
    // Meanwhile another enclave uses more CPU time than this limit.
    const other = await started(`tell(${Phase.RUNNING}); ${SPIN}`, 50)
    await until(() => other.channel.phase === Phase.ENDED)
    expect(channel.mark()).toBe(0)
    await Promise.all([kill(), other.kill()])
  })

  test('is not enforced if it is not set', async () => {
    const { channel, kill } = await started(`tell(${Phase.RUNNING}); ${SPIN}`)
    const other = await started(`tell(${Phase.RUNNING}); ${SPIN}`, 50)
    await until(() => other.channel.phase === Phase.ENDED)
    expect(channel.phase).toBe(Phase.RUNNING)
    await Promise.all([kill(), other.kill()])
    await tasks(1)
  })
})
