/** Machines of a fleet as processes: they are killed and added at random under load, and upgraded one by one. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { createFleetClient, type FleetClient } from '../../src/fleet/index.ts'
import { describeImage, pcrHex } from '../../src/image/index.ts'
import { type NatsServer, startNats } from '../support/nats.ts'
import { fleetImage, type Service } from './application.ts'
import { LEFT_OUT } from './lab.ts'

const KILLS = process.env['WEBCLAVE_LONG'] ? 100 : 2
const MACHINES = 3
const CALLERS = 4
const PROGRAM = fileURLToPath(new URL('member-process.ts', import.meta.url))

const folder = mkdtempSync(join(tmpdir(), 'webclave-fleet-'))
const imageFile = (version: number) => join(folder, `${version}.eif`)
let server: NatsServer
let root: string
const pcr0s: string[] = []
const machines = new Set<ChildProcess>()

beforeAll(async () => {
  if (LEFT_OUT) return
  server = await startNats()
  mkdirSync(join(folder, 'state'))
  for (const version of [1, 2]) {
    const eif = await fleetImage(version)
    writeFileSync(imageFile(version), eif)
    pcr0s.push(pcrHex((await describeImage(eif)).pcrs.qingtian, 0))
  }
})
afterAll(async () => {
  await Promise.all([...machines].map(kill))
  await server?.stop()
  rmSync(folder, { recursive: true })
})

/** Starts a machine; resolves once it has joined. */
async function start(name: string, version = 1): Promise<ChildProcess> {
  const env = { ...process.env, XDG_STATE_HOME: join(folder, 'state') }
  const machine = spawn(process.execPath, ['--no-warnings', PROGRAM, server.url, name, imageFile(version)], {
    env,
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  machines.add(machine)
  machine.once('exit', () => machines.delete(machine))
  const [line] = (await once(createInterface(machine.stdout!), 'line')) as [string]
  root = (JSON.parse(line) as { root: string }).root
  return machine
}

async function kill(machine: ChildProcess): Promise<void> {
  if (machine.exitCode !== null || machine.signalCode !== null) return
  machine.kill('SIGKILL')
  await once(machine, 'exit')
}

async function leave(machine: ChildProcess): Promise<void> {
  machine.stdin!.write('\n')
  await once(machine, 'exit')
}

const open = (name: string) =>
  createFleetClient({ nats: server.url, name, roots: root, pcrs: pcr0s.map((PCR0) => ({ PCR0 })) })

/** Counts the outcomes of calls, of which several are always under way, until it is stopped. */
function load(fleet: FleetClient) {
  const call = fleet.calls<Service>()
  const counts: Record<string, number> = {}
  const note = (outcome: string) => {
    counts[outcome] = (counts[outcome] ?? 0) + 1
  }
  let isOver = false
  const caller = async (a: number) => {
    for (let b = 0; !isOver; b++) {
      try {
        note((await call.add({ a, b })) === a + b ? `version ${await call.version()}` : 'wrong')
      } catch (error) {
        note(String((error as { code?: string }).code))
        // Nobody is there: somebody will be.
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
    }
  }
  const all = Promise.all(Array.from({ length: CALLERS }, (_, a) => caller(a)))
  return {
    counts,
    async stop() {
      isOver = true
      await all
    },
  }
}

describe.skipIf(LEFT_OUT)('machines of a fleet', () => {
  test(`can be killed ${KILLS} times and replaced: each call succeeds, or says whether it may be tried again`, async () => {
    const list = await Promise.all(Array.from({ length: MACHINES }, () => start('killed')))
    await using fleet = await open('killed')
    const { counts, stop } = load(fleet)
    for (let count = 0; count < KILLS; count++) {
      const before = counts['version 1'] ?? 0
      await vi.waitUntil(() => (counts['version 1'] ?? 0) > before + 10, { timeout: 60_000 })
      const at = Math.floor(Math.random() * MACHINES)
      await kill(list[at]!)
      list[at] = await start('killed')
    }
    const before = counts['version 1'] ?? 0
    await vi.waitUntil(() => (counts['version 1'] ?? 0) > before + 10, { timeout: 60_000 })
    await stop()
    console.log(`${KILLS} kills:`, JSON.stringify(counts))
    const outcomes = new Set(Object.keys(counts))
    for (const known of ['version 1', 'E_FLEET_LOST', 'E_FLEET_UNREACHED']) outcomes.delete(known)
    expect([...outcomes]).toEqual([])
    await Promise.all(list.map(kill))
  })

  test('are upgraded one by one, and no call fails', async () => {
    const list = await Promise.all(Array.from({ length: MACHINES }, () => start('upgraded')))
    await using fleet = await open('upgraded')
    const { counts, stop } = load(fleet)
    const log = [`${MACHINES} machines of version 1: ${JSON.stringify(counts)}`]
    for (const old of list) {
      const next = await start('upgraded', 2)
      await leave(old)
      log.push(`one left, one of version 2 joined (${next.pid}): ${JSON.stringify(counts)}`)
    }
    const before = counts['version 2'] ?? 0
    await vi.waitUntil(() => (counts['version 2'] ?? 0) > before + 10, { timeout: 60_000 })
    await stop()
    log.push(`all of version 2: ${JSON.stringify(counts)}`)
    console.log(log.join('\n'))
    expect(Object.keys(counts).toSorted()).toEqual(['version 1', 'version 2'])
    expect(new Set(fleet.enclaves().map(({ pcr0 }) => pcr0))).toEqual(new Set([pcr0s[1]]))
  })
})
