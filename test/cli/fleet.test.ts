/** `qt fleet join`: a member that answers, and leaves on a signal. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createFleetClient } from '../../src/fleet/index.ts'
import { describeImage, pcrHex } from '../../src/image/index.ts'
import { fleetImage, type Service } from '../fleet/application.ts'
import { Home } from '../support/home.ts'
import { hasNats, type NatsServer, startNats } from '../support/nats.ts'

const isWithNats = hasNats('qt fleet join')

describe.skipIf(!isWithNats)('qt fleet join', () => {
  const home = new Home()
  let nats: NatsServer
  beforeAll(async () => {
    nats = await startNats()
  })
  afterAll(async () => {
    await home[Symbol.asyncDispose]()
    await nats.stop()
  })

  test('answers callers until it gets a signal', async () => {
    const eif = await fleetImage()
    const file = join(home.path, 'app.eif')
    writeFileSync(file, eif)
    const words = ['fleet', 'join', '--eif', file, '--name', 'cli', '--nats', nats.url, '--health', '0']
    const child = spawn(join(home.path, 'bin/qt'), words, {
      env: home.env,
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    const lines: string[] = []
    for await (const line of createInterface(child.stdout)) {
      lines.push(line)
      if (line === '}') break
    }
    const { enclaves, root } = JSON.parse(lines.join('\n')) as { enclaves: number; root: string }
    expect(enclaves).toBe(1)
    const pcrs = { PCR0: pcrHex((await describeImage(eif)).pcrs.qingtian, 0) }
    const fleet = await createFleetClient({ nats: nats.url, name: 'cli', roots: root, pcrs })
    expect(await fleet.calls<Service>().add({ a: 1, b: 2 })).toBe(3)
    await fleet.close()
    child.kill('SIGTERM')
    expect(await once(child, 'exit')).toEqual([0, null])
  })

  test('says that the server cannot be reached', async () => {
    const file = join(home.path, 'app.eif')
    const outcome = await home.qt(
      'fleet',
      'join',
      '--eif',
      file,
      '--name',
      'cli',
      '--nats',
      'nats://127.0.0.1:1',
    )
    expect(outcome.status).not.toBe(0)
    expect(outcome.stderr).toContain('E_FLEET_UNREACHED')
  })
})
