/** Faults outside an enclave: killed processes, full disks, unsafe directories, and clocks that jump. */
import { spawnSync } from 'node:child_process'
import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Home } from '../support/home.ts'
import { laboratoryImage } from '../support/laboratory.ts'
import { patience } from '../support/patience.ts'
import { childrenOf } from '../support/processes.ts'

const LONG = process.env['WEBCLAVE_LONG'] !== undefined
const KILLS = LONG ? 100 : 6
const isRoot = process.getuid?.() === 0

let home: Home
let eif: string
beforeEach(async () => {
  home = new Home()
  eif = join(home.path, 'laboratory.eif')
  await writeFile(eif, (await laboratoryImage()).eif)
})
afterEach(() => home[Symbol.asyncDispose]())

/** A part of the command line of an enclave's process. */
const ENCLAVE = 'enclave-process'

const start = () => home.qt('enclave', 'start', '--eif', eif, '--mem', '128')
const query = () => home.qt('enclave', 'query')
const stop = (id = 0) => home.qt('enclave', 'stop', '--enclave-id', String(id))

/** The processes of this home's enclaves: the keepers' children, because they have no environment to identify them. */
const enclaveProcesses = () => home.processes().flatMap((keeper) => childrenOf(keeper, ENCLAVE))

function kill(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(pid, 'SIGKILL')
  } catch {
    // The process has already ended.
  }
}

/** Another enclave starts, is listed and stops, and nothing is left behind. */
async function expectIntact(): Promise<void> {
  await query()
  expect(await start()).toMatchObject({ status: 0 })
  expect(JSON.parse((await query()).stdout)).toHaveLength(1)
  expect((await stop()).status).toBe(0)
  expect((await query()).stdout).toBe('[]\n')
  while (home.processes().length > 0) await pause(5)
  const left = readdirSync(home.runtime).filter((name) => name !== 'ended')
  expect(left).toEqual([expect.stringMatching(/^enclaves\./)])
}

describe('SIGKILL', () => {
  test(`to a keeper or an enclave, at ${KILLS} random moments, leaves a consistent state`, {
    timeout: patience(40_000 + KILLS * 6000),
  }, async () => {
    const counts = { 'never ran': 0, 'ran on': 0, 'was killed': 0, 'was reported': 0 }
    for (let round = 0; round < KILLS; round++) {
      const starting = start()
      // While it starts, while it runs, or while it is stopped.
      const moment = round % 3
      if (moment > 0) await starting
      const stopping = moment === 2 ? stop() : undefined
      await pause(Math.random() * (moment === 0 ? 200 : 60))
      const [keepers, enclaves] = [home.processes(), enclaveProcesses()]
      const victims = round % 2 === 0 ? keepers : enclaves
      const victim = victims[Math.trunc(Math.random() * victims.length)]
      kill(victim)
      const { status } = await starting
      await stopping
      // The keeper of a killed enclave notices it soon, and ends.
      if (victims === enclaves && victim !== undefined) while (home.processes().length > 0) await pause(5)
      const listed = await query()
      expect(listed.status, listed.stderr).toBe(0)
      const left = JSON.parse(listed.stdout) as { EnclaveID: number }[]
      if (status !== 0) counts['never ran'] += 1
      else if (left.length > 0) counts['ran on'] += 1
      else counts['was killed'] += 1
      if (/is gone|has ended/.test(listed.stderr)) counts['was reported'] += 1
      if (moment === 1) expect(listed.stderr).toMatch(/enclave 0 \(CID 4\) (?:is gone|has ended: host-lost)/)
      for (const { EnclaveID } of left) expect((await stop(EnclaveID)).status).toBe(0)
    }
    console.error(`of ${KILLS} enclaves: ${JSON.stringify(counts)}`)
    await expectIntact()
  })

  test('to a keeper returns its share to the pool, which the next command reports', async () => {
    await start()
    const [keeper] = home.processes()
    kill(keeper)
    while (home.processes().length > 0 || enclaveProcesses().length > 0) await pause(5)
    expect(existsSync(home.vsock(0))).toBe(true)
    const stopped = await stop()
    expect(stopped.stderr).toMatch(
      /^enclave 0 \(CID 4\) is gone: its process was killed; its 2 vCPUs and 128 MiB are free again\n/,
    )
    expect(stopped.stderr).toContain('28 The required enclave is not running.')
    expect(existsSync(home.vsock(0))).toBe(false)
    await expectIntact()
  })

  test('is sent to a keeper that hangs, when its enclave is stopped', async () => {
    await start()
    const [keeper] = home.processes()
    process.kill(keeper!, 'SIGSTOP')
    const stopped = await home.qt('enclave', 'stop', '--enclave-id', '0', '--verbose')
    expect(stopped).toMatchObject({ status: 0, stderr: expect.stringContaining('its keeper did not answer') })
    await expectIntact()
  })
})

describe('directories', () => {
  test('of an enclave may contain files that another process left', async () => {
    mkdirSync(join(home.runtime, '0'), { recursive: true, mode: 0o700 })
    chmodSync(home.runtime, 0o700)
    for (const name of ['vsock.sock', 'control.sock', 'enclave.json'])
      writeFileSync(join(home.runtime, '0', name), '')
    await expectIntact()
  })

  test('that others can access are refused', async () => {
    mkdirSync(home.runtime, { mode: 0o700 })
    chmodSync(home.runtime, 0o777)
    for (const refused of [await start(), await query()]) {
      expect(refused).toMatchObject({ status: 1, stdout: '' })
      expect(refused.stderr).toMatch(/E_STATE_MODE: .*chmod 700[\s\S]*03 File operation failure\./)
    }
    chmodSync(home.runtime, 0o700)
    await expectIntact()
  })

  test.runIf(isRoot)('of another user are refused', async () => {
    await start()
    chmodSync(home.path, 0o711)
    chmodSync(join(home.path, 'run'), 0o711)
    // The other user must be able to read the program, and perhaps only root can read the checkout.
    cpSync(join(import.meta.dirname, '../../dist/cli'), join(home.path, 'cli'), { recursive: true })
    const asNobody = (program: string, ...args: string[]) =>
      home.run(process.execPath, [
        '--input-type=module',
        '-e',
        `process.setgroups([]); process.setgid(65534); process.setuid(65534); ${program}`,
        '--',
        ...args,
      ])
    const connecting = await asNobody(
      `import { connect } from 'node:net'
       for (const path of process.argv.slice(1)) connect(path).on('error', ({ code }) => console.log(code))`,
      home.vsock(0),
      join(home.runtime, '0', 'control.sock'),
    )
    expect(connecting.stdout).toBe('EACCES\nEACCES\n')
    for (const args of [['query'], ['stop', '--enclave-id', '0']]) {
      const refused = await asNobody(
        `process.argv.splice(1, 0, 'qt'); await import('${join(home.path, 'cli/qt.cjs')}')`,
        ...['enclave', ...args],
      )
      expect(refused).toMatchObject({ status: 1, stdout: '' })
      expect(refused.stderr).toMatch(/E_STATE_OWNER: .* is not a directory of this user/)
    }
    // The control: the same command of the owner succeeds.
    expect((await stop()).status).toBe(0)
  })

  test.runIf(isRoot)(
    'on a full disk make a start fail, but a running enclave continues and can be stopped',
    async () => {
      const run = join(home.path, 'run')
      expect(spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=256k,mode=700', 'tmpfs', run]).status).toBe(0)
      try {
        await start()
        const filler = join(run, 'filler')
        spawnSync('dd', ['if=/dev/zero', `of=${filler}`, 'bs=4k'])
        const refused = await start()
        expect(refused).toMatchObject({ status: 1, stdout: '' })
        expect(refused.stderr).toMatch(
          /E_STATE_FILE: .*ENOSPC.*the disk is full[\s\S]*03 File operation failure\./,
        )
        expect(JSON.parse((await query()).stdout)).toHaveLength(1)
        expect(await stop()).toMatchObject({ status: 0, stderr: 'stop enclave 0 successfully\n' })
        spawnSync('rm', [filler])
        await expectIntact()
      } finally {
        for (const pid of home.processes()) kill(pid)
        spawnSync('umount', ['-l', run])
      }
    },
  )

  test.runIf(isRoot)('on a read-only disk make a start fail, but enclaves can be queried', async () => {
    const run = join(home.path, 'run')
    expect(spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=256k,mode=700', 'tmpfs', run]).status).toBe(0)
    try {
      await start()
      const [keeper] = home.processes()
      spawnSync('mount', ['-o', 'remount,ro', run])
      expect((await start()).stderr).toMatch(/E_STATE_FILE: .*EROFS.*XDG_RUNTIME_DIR/)
      expect(JSON.parse((await query()).stdout)).toHaveLength(1)
      kill(keeper)
      while (home.processes().length > 0) await pause(5)
      const listed = await query()
      expect(listed).toMatchObject({ status: 0, stdout: '[]\n' })
      expect(listed.stderr).toContain('could not clean up after a killed enclave: E_STATE_FILE')
      spawnSync('mount', ['-o', 'remount,rw', run])
      expect((await query()).stderr).toContain('enclave 0 (CID 4) is gone')
      await expectIntact()
    } finally {
      for (const pid of home.processes()) kill(pid)
      spawnSync('umount', ['-l', run])
    }
  })
})

describe('the clock', () => {
  test('may jump by 50 years, and the enclave is still listed and can be stopped', async () => {
    await start()
    const fifty = 50 * 365 * 86_400_000
    for (const jump of [fifty, -fifty]) {
      const clock = `const now = Date.now; Date.now = () => now() + ${jump}`
      const jumped = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(clock)}` }
      const seen = await home.run(join(home.path, 'bin', 'qt'), ['enclave', 'query'], { env: jumped })
      expect(JSON.parse(seen.stdout)).toHaveLength(1)
    }
    expect((await stop()).status).toBe(0)
    await expectIntact()
  })
})
