/** An enclave in its own process: it behaves as in a Worker, and stays isolated even if its kernel fails. */
import { spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { buildImage } from '../../src/image/index.ts'
import { createParent } from '../../src/parent/index.ts'
import { command } from '../support/components.ts'
import { Laboratory, laboratoryImage, receiveBytes, send } from '../support/laboratory.ts'
import { startProbe } from '../support/probe.ts'
import { childrenOf, groupOf } from '../support/processes.ts'

const SHARE = { vcpus: 1, memoryMiB: 64, isolation: 'process' } as const

/** The PIDs of processes below `parent` that run enclaves. */
const enclaveProcesses = (parent = process.pid) => childrenOf(parent, 'enclave-process.cjs')

describe('an enclave in a process', () => {
  test('talks, attests, prints and ends as in a Worker', async () => {
    await using lab = await Laboratory.open({ isolation: 'process', debug: true })
    expect(await lab.run('return 6 * 7')).toBe(42)
    expect(await lab.run('return sdk.qtsm.extendPcr(20, new Uint8Array(3)).length')).toBe(48)
    expect(await lab.run('return sdk.qtsm.attest({ nonce: new Uint8Array(8) }).length')).toBeGreaterThan(3000)
    await lab.run('console.log("from a process")')
    expect(lab.enclave.console()).toContain('from a process')
    await expect(lab.enclave.connect(6000)).rejects.toMatchObject({ code: 'E_VSOCK_REFUSED' })
    expect(await lab.enclave.stop()).toMatchObject({ kind: 'killed' })
    expect(enclaveProcesses()).toEqual([])
  })

  test('receives and returns eight megabytes unchanged', async () => {
    await using lab = await Laboratory.open({ isolation: 'process' })
    const echoing = lab.run(`
      for await (const socket of sdk.vsock.listen(7001)) {
        for await (const bytes of socket) await socket.write(bytes)
        socket.close()
        return 'done'
      }`)
    const payload = new Uint8Array(8 << 20).map((_, at) => (at * 31) ^ (at >> 12))
    const socket = await connectWhenReady(lab, 7001)
    const [received] = await Promise.all([receiveBytes(socket), send(socket, payload)])
    expect(Buffer.compare(received, payload)).toBe(0)
    expect(await echoing).toBe('done')
  })

  test.each([
    ['(i32.const 0)', { kind: 'exited', status: 0 }],
    ['(unreachable)', { kind: 'trapped', message: expect.stringContaining('unreachable') }],
  ])('with the program %s ends with its reason', async (body, reason) => {
    await using parent = await createParent({ vcpus: 2, memoryMiB: 512 })
    const { eif } = await buildImage({ app: { component: await command(body) } })
    expect(await (await parent.start(eif, SHARE)).exited).toEqual(reason)
    expect(enclaveProcesses()).toEqual([])
  })
})

describe('the process of an enclave', () => {
  test('ends the enclave with host-lost if it is killed; another enclave continues', async () => {
    await using parent = await createParent({ vcpus: 2, memoryMiB: 512 })
    const { eif } = await laboratoryImage()
    const killed = await parent.start(eif, SHARE)
    const [pid] = enclaveProcesses()
    const other = await parent.start(eif, { ...SHARE, isolation: 'worker' })
    process.kill(pid!, 'SIGKILL')
    expect(await killed.exited).toEqual({ kind: 'host-lost', message: 'its process was ended by SIGKILL' })
    const socket = await other.connect(5000)
    await send(socket, 'return 1')
    expect(JSON.parse(new TextDecoder().decode(await receiveBytes(socket)))).toEqual({ value: 1 })
  })

  test('ends if the kernel throws', async () => {
    const kernel = `globalThis.webclaveKernel = { emptyScope() {}, async boot(message, instantiate, { channel }) {
      channel.tellRunning()
      throw new Error('the kernel breaks down')
    } }`
    const outcome = await startProbe('const instantiate = undefined', kernel, {
      isolation: 'process',
      memoryMiB: 64,
    }).then(
      (enclave) => enclave.ended,
      (error: { got?: string }) => ({ kind: 'refused', message: error.got }),
    )
    expect(outcome).toMatchObject({ message: expect.stringContaining('its process ended with status 1') })
    expect(enclaveProcesses()).toEqual([])
  })

  test('has no environment, and no inherited descriptors except two sockets', async () => {
    await using _ = await Laboratory.open({ isolation: 'process' })
    const [pid] = enclaveProcesses()
    expect(readFileSync(`/proc/${pid}/environ`, 'utf8')).toBe('')
    const open = readdirSync(`/proc/${pid}/fd`).map((name) => readlinkSync(`/proc/${pid}/fd/${name}`))
    expect(open.filter((what) => what.startsWith('socket:'))).toHaveLength(2)
    expect(open.filter((what) => what.startsWith('/') && what !== '/dev/null')).toEqual([])
    const limits = readFileSync(`/proc/${pid}/limits`, 'utf8')
    expect(limits).toMatch(/Max data size\s+\d+/)
    const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
    expect(words).toContain('--permission')
    expect(words.filter((word) => /^--allow-(?!worker$|fs-read=)/.test(word))).toEqual([])
  })

  test('ends together with its watcher', async () => {
    const lab = await Laboratory.open({ isolation: 'process' })
    const [pid] = enclaveProcesses()
    expect(groupOf(pid!)).toHaveLength(2)
    await lab[Symbol.asyncDispose]()
    while (groupOf(pid!).length > 0) await new Promise((resolve) => setTimeout(resolve, 5))
  })

  test.each([
    ['waits', 'await socket.read()'],
    ['spins', 'for (;;);'],
  ])('of an enclave that %s ends with its parent', async (_, rest) => {
    const moduleOf = (path: string) => JSON.stringify(fileURLToPath(new URL(path, import.meta.url)))
    const code = `const socket = await sdk.vsock.connect(7000); await socket.write(new Uint8Array(1)); ${rest}`
    const script = `
      import { createParent } from ${moduleOf('../../src/parent/index.ts')}
      import { laboratoryImage, send } from ${moduleOf('../support/laboratory.ts')}
      const parent = await createParent({ vcpus: 1, memoryMiB: 64 })
      parent.listen(7000, async ({ readable }) => {
        await readable.getReader().read()
        console.log('it has come so far')
        await new Promise(() => {})
      })
      const { eif } = await laboratoryImage()
      const enclave = await parent.start(eif, { vcpus: 1, memoryMiB: 64, isolation: 'process' })
      await send(await enclave.connect(5000), ${JSON.stringify(code)})`
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    await new Promise((resolve) => child.stdout.once('data', resolve))
    const [enclave] = enclaveProcesses(child.pid)
    expect(existsSync(`/proc/${enclave}`)).toBe(true)
    child.kill('SIGKILL')
    const exited = async () => {
      while (existsSync(`/proc/${enclave}`)) await new Promise((resolve) => setTimeout(resolve, 10))
    }
    await exited()
  })
})

async function connectWhenReady(lab: Laboratory, port: number) {
  for (;;) {
    try {
      return await lab.enclave.connect(port)
    } catch (error) {
      if ((error as { code?: string }).code !== 'E_VSOCK_REFUSED') throw error
    }
  }
}
