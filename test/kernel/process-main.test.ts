/**
 * The program of an enclave's process, with a kernel written by the test: its limits, and its end when the hypervisor
 * is gone.
 */
import { describe, expect, test } from 'vitest'
import type { EnclaveProcessOptions } from '../../src/hypervisor/enclave-process.ts'
import type { EndReason } from '../../src/hypervisor/end-reason.ts'
import { patience } from '../support/patience.ts'
import { startProbe } from '../support/probe.ts'

/** The end of a kernel whose program executes `body`. */
async function endOf(body: string, more: Partial<EnclaveProcessOptions> = {}): Promise<EndReason> {
  const kernel = `globalThis.webclaveKernel = { emptyScope() {}, async boot(message, instantiate, { channel }) {
    channel.tellRunning()
    ${body}
  } }`
  const glue = 'const instantiate = undefined'
  const process = await startProbe(glue, kernel, { isolation: 'process', memoryMiB: 64, ...more })
  return process.ended
}

const REPORT = (value: string) => `channel.tellEnd(2, JSON.stringify(${value}))`
/** Sleeps for `time` milliseconds, and takes the frame that ended the sleep. */
const WAIT = (time: number) => `channel.sleep(0, ${time}); channel.pop();`
const resultOf = async (value: string, more: Partial<EnclaveProcessOptions> = {}) => {
  const reason = await endOf(REPORT(value), more)
  return JSON.parse((reason as { message: string }).message) as unknown
}

describe('a process', () => {
  test('gets the boot message that was sent', async () => {
    const boot = {
      cid: 77,
      bufferPool: 5,
      debug: false,
      args: ['one'],
      env: [['COLOUR', 'blue'] as [string, string]],
      files: new Map([['etc/motd', new Uint8Array(3)]]),
      source: new TextEncoder().encode('the source'),
    }
    expect(
      await resultOf(
        '[message.cid, message.args, message.env, [...message.files.keys()], String.fromCharCode(...message.source)]',
        {
          boot,
        },
      ),
    ).toEqual([77, ['one'], [['COLOUR', 'blue']], ['etc/motd'], 'the source'])
  })

  test('ends when its hypervisor closes the pipes, and not earlier', async () => {
    expect(await endOf('channel.tellEnd(1, 3)')).toEqual({ kind: 'exited', status: 3 })
  })

  test('cannot read files or start processes once it runs', async () => {
    const refused = (path: string) =>
      `(() => { try { return globalThis.process.permission.has(${path}) } catch { return 'gone' } })()`
    expect(
      await resultOf(`[${refused("'fs.read'")}, ${refused("'child'")}, ${refused("'fs.write'")}]`),
    ).toEqual([false, false, false])
  })
})

describe('a CPU time limit', () => {
  test('that is exceeded ends the process with SIGXCPU', async () => {
    expect(await endOf(`${WAIT(1)} for (;;);`, { cpuLimit: 30 })).toEqual({
      kind: 'deadline',
      message: 'it exceeded its CPU time limit',
    })
  })

  test('does not include waiting', async () => {
    const limit = patience(200)
    const wait = `for (let times = 0; times < 30; times++) { ${WAIT(limit / 10)} } channel.tellEnd(1, 4)`
    expect(await endOf(wait, { cpuLimit: limit })).toEqual({ kind: 'exited', status: 4 })
  })

  test('includes spinning after each wait', async () => {
    const spin = `for (;;) { ${WAIT(1)} for (const end = Date.now() + 5; Date.now() < end; ); }`
    expect(await endOf(spin, { cpuLimit: 50 })).toMatchObject({ kind: 'deadline' })
  })
})
