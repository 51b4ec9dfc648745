/** A keeper, run in this process: the files, sockets and share of its enclave, and how it ends. */

import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { toHex } from '../../src/base/bytes.ts'
import { buildImage } from '../../src/image/index.ts'
import { extendZero } from '../../src/image/measure/measure.ts'
import { ask } from '../../src/keeper/control.ts'
import { FILES, openLedger } from '../../src/keeper/enclave-record.ts'
import { listEnclaves } from '../../src/keeper/enclaves.ts'
import { endedEnclaves } from '../../src/keeper/ended-enclaves.ts'
import { type KeepRequest, keep } from '../../src/keeper/keeper.ts'
import { KeptEnclave } from '../../src/keeper/kept-enclave.ts'
import { logFile } from '../../src/keeper/log.ts'
import { settingsFiles } from '../../src/keeper/pool-settings.ts'
import { command } from '../support/components.ts'
import { openDescriptors } from '../support/descriptors.ts'
import { laboratoryImage } from '../support/laboratory.ts'
import { patience } from '../support/patience.ts'
import { useHome } from './own-home.ts'

const home = useHome()
const LONG = patience(60_000)
const umask = process.umask()
afterEach(() => void process.umask(umask))

const request = (more: Partial<KeepRequest> = {}): KeepRequest => ({
  ...{ eif: join(home.path, 'image.eif'), cpus: 1, memoryMiB: 128, cid: undefined, debug: false },
  ...{ profile: 'qingtian', name: '', isNameChosen: false },
  ...more,
})

/** Starts the laboratory guest. */
async function laboratory(more: Partial<KeepRequest> = {}): Promise<KeptEnclave> {
  writeFileSync(request().eif, (await laboratoryImage()).eif)
  return keep(request(more))
}

/** Starts an application with this source code. */
async function application(source: string): Promise<KeptEnclave> {
  const path = join(home.path, 'app.ts')
  writeFileSync(path, source)
  writeFileSync(request().eif, (await buildImage({ app: { path } })).eif)
  return keep(request())
}

const files = (name: string) => home.runtime('0', name)
const events = () =>
  readFileSync(logFile(), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)

/** Connects over the hybrid vsock, sends `words`, and returns everything that is received. */
async function say(words: string): Promise<string> {
  const socket = connect({ path: files(FILES.vsock) })
  socket.on('error', () => {})
  socket.end(words)
  return text(socket)
}

describe('a kept enclave', () => {
  test('is listed, can be connected to and stopped, and leaves nothing', async () => {
    const kept = await laboratory()
    const { record, details } = kept
    expect(listEnclaves()).toEqual([{ ...record, details: { ...details, pcrs: { ...details.pcrs } } }])
    expect(details.image).toBeUndefined()
    for (const name of ['', ...Object.values(FILES)]) expect(statSync(files(name)).mode & 0o077, name).toBe(0)
    expect(openDescriptors(request().eif)).toBe(0)

    expect(await say('CONNECT 5000\nreturn 6 * 7')).toMatch(/^OK \d+\n\{"value":42\}$/)
    for (const words of [
      'CONNECT 6000\n',
      'CONNECT 99999999999\n',
      'CONNECT\n',
      'connect 5000\n',
      ' CONNECT 5000\n',
    ])
      expect(await say(words), words).toBe('')
    const asked: string[] = []
    const server = createServer({ allowHalfOpen: true }, (socket) => {
      socket.on('data', (bytes) => asked.push(String(bytes)))
      socket.once('end', () => socket.end('answer'))
    }).listen(`${files(FILES.vsock)}_7000`)
    const code = `const socket = await sdk.vsock.connect(7000)
      await socket.write(new TextEncoder().encode('question')); socket.end()
      return new TextDecoder().decode(await socket.read())`
    expect(await say(`CONNECT 5000\n${code}`)).toMatch(/\{"value":"answer"\}$/)
    expect(asked.join('')).toBe('question')
    server.close()
    writeFileSync(`${files(FILES.vsock)}_7001`, 'no socket')
    for (const port of [7001, 7002])
      expect(await say(`CONNECT 5000\nawait sdk.vsock.connect(${port})`)).toContain('"error"')

    const answer = await ask(files(FILES.control), { ask: 'stop' }, LONG)
    expect(answer.end).toBe('killed: stopped by its parent')
    expect(await kept.ended).toEqual({ kind: 'killed', message: 'stopped by its parent' })
    answer.socket.destroy()
    expect(existsSync(files(''))).toBe(false)
    expect(openLedger().read().enclaves).toEqual([])
    const { id, cid } = record
    expect(events()).toMatchObject([
      { event: 'start', id, cid, memoryMiB: 128, vcpus: 1, profile: 'qingtian' },
      { event: 'running', id, cid, module: details.moduleId },
      { event: 'ended', id, kind: 'killed' },
    ])
    expect(events()[2]).not.toHaveProperty('status')
  })

  test('offers its console in debug mode, up to the last output', async () => {
    const kept = await laboratory({ debug: true })
    const { socket } = await ask(files(FILES.control), { ask: 'console' }, LONG)
    const printed = text(socket)
    await say('CONNECT 5000\nconsole.log("the last word")')
    expect(await kept.stop()).toMatchObject({ kind: 'killed' })
    expect(await printed).toContain('the last word')
  })

  test('rejects access to its console otherwise, and keeps running', async () => {
    const kept = await laboratory()
    await expect(ask(files(FILES.control), { ask: 'console' }, LONG)).rejects.toMatchObject({
      code: 'E_CONSOLE_MODE',
    })
    expect(listEnclaves()).toHaveLength(1)
    await kept.stop()
  })

  test('reports the metadata of its image to Nitro’s commands', async () => {
    const kept = await laboratory({ profile: 'nitro' })
    expect(kept.details.image).toMatchObject({ isSigned: false, pcrs: { PCR0: kept.details.pcrs.PCR0 } })
    expect(listEnclaves()[0]!.details).toEqual(JSON.parse(JSON.stringify(kept.details)))
    await kept.stop()
  })

  test('removes the leftovers of another keeper', async () => {
    mkdirSync(files('old'), { recursive: true, mode: 0o700 })
    chmodSync(home.runtime(), 0o700)
    const kept = await laboratory()
    expect(existsSync(files('old'))).toBe(false)
    await kept.stop()
  })
})

describe('an enclave that ends by itself', () => {
  test('with status 0 is not reported', async () => {
    const kept = await application('export default async function main() {}')
    expect(await kept.ended).toEqual({ kind: 'exited', status: 0 })
    expect(openLedger().read().enclaves).toEqual([])
    expect(events().at(-1)).toMatchObject({ event: 'ended', kind: 'exited', status: 0 })
  })

  test('with another status is reported to the next command', async () => {
    writeFileSync(
      request().eif,
      (await buildImage({ app: { component: await command('(i32.const 1)') } })).eif,
    )
    expect(await (await keep(request())).ended).toEqual({ kind: 'exited', status: 1 })
    expect(openLedger().read().enclaves).toMatchObject([{ gone: true, end: 'exited with status 1' }])
    expect(events().at(-1)).toMatchObject({ event: 'ended', kind: 'exited', status: 1 })
  })

  test('has the agency of its request, or of the pool, in PCR3', async () => {
    const pcr3 = async (agency: string | undefined) => {
      const kept = await laboratory({ agency })
      await kept.stop()
      return kept.details.pcrs.PCR3
    }
    const [of, none] = [(text: string) => extendZero(new TextEncoder().encode(text)), '00'.repeat(48)]
    expect(await pcr3(undefined)).toBe(none)
    expect(await pcr3('app')).toBe(toHex(await of('app')))
    mkdirSync(join(home.path, 'config', 'webclave'), { recursive: true })
    writeFileSync(settingsFiles()[0]!, 'memory_mib:512\ncpu_count:2\nagency:pool\n')
    expect(await pcr3(undefined)).toBe(toHex(await of('pool')))
    expect(await pcr3('app')).toBe(toHex(await of('app')))
  })

  test.each([true, false])('leaves why it ended, and its console in debug mode (%s)', async (debug) => {
    const kept = await laboratory({ debug })
    await say('CONNECT 5000\nconsole.log("last words"); setTimeout(() => { throw new RangeError("ended") })')
    await kept.ended
    expect(listEnclaves()).toEqual([])
    const [ended] = endedEnclaves()
    expect(ended).toMatchObject({
      record: kept.record,
      details: { moduleId: kept.details.moduleId },
      status: 1,
    })
    expect(ended!.end).toMatch(/^trapped: uncaught RangeError: ended/)
    expect(ended!.console?.includes('last words\n')).toBe(debug ? true : undefined)
  })

  test('leaves no more of its console than fits, however it is escaped', async () => {
    const kept = await laboratory({ debug: true })
    await say('CONNECT 5000\nconsole.log("\\u0001".repeat(60000)); setTimeout(() => process.exit(0))')
    await kept.ended
    const [ended] = endedEnclaves()
    expect(ended!.console).toHaveLength(65_536)
  })

  test('with an error stores it for the next command, truncated', async () => {
    const kept = await application(
      `export default async function main() { throw new Error('x'.repeat(1000)) }`,
    )
    const reason = await kept.ended
    expect(reason).not.toEqual({ kind: 'exited', status: 0 })
    const [record] = openLedger().read().enclaves
    expect(record).toMatchObject({ gone: true, end: expect.any(String) })
    expect(record!.end!.length).toBeLessThanOrEqual(200)
  })
})

describe('a failed start', () => {
  test('leaves nothing, if the image is invalid', async () => {
    await expect(keep(request())).rejects.toMatchObject({ code: 'E_FILE' })
    writeFileSync(request().eif, 'no image')
    await expect(keep(request())).rejects.toMatchObject({ code: 'E_IMAGE_MAGIC' })
    expect(openLedger().read().enclaves).toEqual([])
    expect(existsSync(files(''))).toBe(false)
    expect(events().at(-1)).toMatchObject({ event: 'start failed', id: 0, code: 'E_IMAGE_MAGIC' })
  })

  test('leaves nothing after an unexpected error, which has no code', async () => {
    const surprise = Object.assign(new Error('a surprise'), { code: 'EIO' })
    vi.spyOn(KeptEnclave, 'start').mockRejectedValueOnce(surprise)
    await expect(laboratory()).rejects.toBe(surprise)
    vi.restoreAllMocks()
    expect(events().at(-1)).toMatchObject({ event: 'start failed', id: 0, code: 'none' })
    expect(openLedger().read().enclaves).toEqual([])
  })

  test('starts nothing, if its share is not available', async () => {
    await expect(laboratory({ memoryMiB: 127 })).rejects.toMatchObject({ code: 'E_CLOUD_MEMORY' })
    expect(openDescriptors(request().eif)).toBe(0)
    expect(existsSync(logFile())).toBe(false)
  })
})
