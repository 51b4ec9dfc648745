/** `qt fleet join`: a member that answers, and leaves on a signal. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createFleetClient } from '../../src/fleet/index.ts'
import { buildImage, describeImage, pcrHex } from '../../src/image/index.ts'
import type { Handlers } from '../../src/service/handlers.ts'
import { fleetImage, type Service } from '../fleet/application.ts'
import { Home } from '../support/home.ts'
import { hasNats, type NatsServer, startNats } from '../support/nats.ts'

const WITH_KMS = `
import { attestedChannel, createKmsClient, serveHttp } from 'webclave/sdk'
const calls = {
  async open({ identity, credentials, keyId }) {
    const kms = createKmsClient({ identity, credentials })
    const { plaintext, ciphertext } = await kms.generateDataKey(keyId)
    const again = await kms.decryptDataKey(ciphertext, { keyId })
    return plaintext.length === 32 && plaintext.every((byte, at) => byte === again[at])
  },
}
export default () => serveHttp(attestedChannel(() => new Response(), { calls }))
`
interface KmsService extends Handlers {
  open(request: { identity: string; credentials: object; keyId: string }): boolean
}

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

  /** Runs `qt` until it has printed what it is; returns that. */
  async function follow(...words: string[]) {
    const child = spawn(join(home.path, 'bin/qt'), words, {
      env: home.env,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let notes = ''
    child.stderr.on('data', (data) => {
      notes += data
    })
    const lines: string[] = []
    for await (const line of createInterface(child.stdout)) {
      lines.push(line)
      if (line === '}') break
    }
    const printed = JSON.parse(lines.join('\n')) as Record<string, string>
    const end = async () => {
      child.kill('SIGTERM')
      return once(child, 'exit')
    }
    return { printed, notes: () => notes, end }
  }

  const joined = (file: string, name: string, ...more: string[]) =>
    follow('fleet', 'join', '--eif', file, '--name', name, '--nats', nats.url, ...more)

  test('answers callers until it gets a signal', async () => {
    const eif = await fleetImage()
    const file = join(home.path, 'app.eif')
    writeFileSync(file, eif)
    const member = await joined(file, 'cli', '--health', '0')
    const { enclaves, root } = member.printed
    expect(enclaves).toBe(1)
    const pcrs = { PCR0: pcrHex((await describeImage(eif)).pcrs.qingtian, 0) }
    const fleet = await createFleetClient({ nats: nats.url, name: 'cli', roots: root!, pcrs })
    expect(await fleet.calls<Service>().add({ a: 1, b: 2 })).toBe(3)
    await fleet.close()
    expect(await member.end()).toEqual([0, null])
  })

  test('lets its enclaves reach a KMS by qt proxy: one beside it, or its own', async () => {
    const { eif } = await buildImage({
      app: { source: WITH_KMS },
      manifest: { destinations: ['127.0.0.1:*'] },
    })
    const file = join(home.path, 'kms.eif')
    writeFileSync(file, eif)
    const pcrs = { PCR0: pcrHex((await describeImage(eif)).pcrs.qingtian, 0) }
    const kms = await follow('kms', 'serve', '--port', '0')
    const { keyId } = JSON.parse((await home.qt('kms', 'create-key')).stdout) as { keyId: string }
    await expect.poll(kms.notes).toContain('access key for this run')
    const [, accessKeyId, secretAccessKey] = /access key for this run: (\S+) (\S+)/.exec(kms.notes()) ?? []
    const credentials = { accessKeyId, secretAccessKey }
    const { host, hostname, port } = new URL(kms.printed['url']!)

    const config = join(home.path, 'proxy.yaml')
    writeFileSync(config, `listen: {8000: "${host}"}\n`)
    const members = [() => joined(file, 'beside'), () => joined(file, 'own', '--proxy', config)]
    for (const [at, begin] of members.entries()) {
      const member = await begin()
      const name = at === 0 ? 'beside' : 'own'
      const fleet = await createFleetClient({ nats: nats.url, name, roots: member.printed['root']!, pcrs })
      const open = () =>
        fleet.calls<KmsService>().open({ identity: kms.printed['identity']!, credentials, keyId })
      if (at === 0) {
        // The control: nothing else leads to the KMS.
        await expect(open()).rejects.toMatchObject({ code: 'E_KMS_CONNECTION' })
        const proxy = await follow('proxy', '-l', '8000', '-a', hostname, '-p', port)
        expect(await open()).toBe(true)
        await proxy.end()
        await expect(open()).rejects.toMatchObject({ code: 'E_KMS_CONNECTION' })
      } else expect(await open()).toBe(true)
      await fleet.close()
      expect(await member.end()).toEqual([0, null])
    }
    expect(existsSync(join(home.runtime, 'parent_8000'))).toBe(false)
    await kms.end()
  })

  test('refuses a configuration of its proxy that has a fault', async () => {
    const file = join(home.path, 'fault.yaml')
    writeFileSync(file, 'listen: {8000: any}\nalow: []\n')
    const outcome = await home.qt(
      'fleet',
      'join',
      '--eif',
      join(home.path, 'app.eif'),
      '--name',
      'cli',
      '--proxy',
      file,
    )
    expect([outcome.status, outcome.stderr]).toEqual([1, expect.stringContaining('E_PROXY_CONFIG')])
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
