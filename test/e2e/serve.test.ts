/** The static server serves only the files of its folder; and `npm run web` runs from its first line to Ctrl-C. */
import { spawn } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type StaticServer, serveFolder } from '../../web/site/serve.ts'

const SCRIPT = fileURLToPath(new URL('../../scripts/web.ts', import.meta.url))

describe('the static server', () => {
  let folder: string
  let server: StaticServer

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'webclave-serve-'))
    await mkdir(join(folder, 'public/part'), { recursive: true })
    await writeFile(join(folder, 'secret.txt'), 'secret')
    await writeFile(join(folder, 'public/index.html'), 'page')
    await writeFile(join(folder, 'public/a b.wasm'), 'bytes')
    server = await serveFolder({ root: join(folder, 'public'), port: 0, base: '/x/' })
  })
  afterAll(async () => {
    await server.close()
    await rm(folder, { recursive: true })
  })

  /** Requests exactly that path; `fetch` would normalise it first. */
  async function ask(path: string, method = 'GET') {
    const { port } = new URL(server.url)
    const sent = request({ port, path, method, host: '127.0.0.1' })
    sent.end()
    const [response] = await new Promise<[IncomingMessage]>((resolve, reject) => {
      sent.once('response', (incoming) => resolve([incoming])).once('error', reject)
    })
    return { status: response.statusCode, type: response.headers['content-type'], body: await text(response) }
  }

  test('serves its files with their types', async () => {
    expect(await ask('/x/')).toEqual({ status: 200, type: 'text/html; charset=utf-8', body: 'page' })
    expect(await ask('/x/?any#thing')).toMatchObject({ status: 200 })
    expect(await ask('/x/a%20b.wasm')).toEqual({ status: 200, type: 'application/wasm', body: 'bytes' })
    expect(await ask('/x/', 'HEAD')).toMatchObject({ status: 200, body: '' })
  })

  test.each([
    '/',
    '/x',
    '/x/part',
    '/x/absent.js',
    '/x/../secret.txt',
    '/x/%2e%2e/secret.txt',
    '/x/..%2fsecret.txt',
    '/x/part/..%2f..%2fsecret.txt',
    '/x/..%5csecret.txt',
    '/x//etc/hostname',
    '/x/index.html%00.txt',
    '/x/%ff',
    '//x/',
  ])('answers 404 to %s', async (path) => {
    expect(await ask(path)).toMatchObject({ status: 404, body: 'File not found.\n' })
  })

  test('rejects methods that would change something', async () => {
    expect(await ask('/x/', 'POST')).toMatchObject({ status: 405 })
    expect(await ask('/x/index.html', 'DELETE')).toMatchObject({ status: 405 })
  })
})

describe('npm run web', () => {
  /** Runs the script; `onOutput` gets all output so far, and a function that sends SIGINT. */
  async function run(args: string[], onOutput: (output: string, kill: () => void) => void = () => {}) {
    const child = spawn(process.execPath, [SCRIPT, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    const errors = text(child.stderr)
    child.stdout.setEncoding('utf8').on('data', (part: string) => {
      output += part
      onOutput(output, () => child.kill('SIGINT'))
    })
    const status = await new Promise<number | null>((resolve) => child.once('close', resolve))
    return { status, output, errors: await errors }
  }

  test('serves the page until Ctrl-C, and then exits with status 0', async () => {
    let page: Promise<string> | undefined
    const { status } = await run(['--port', '0'], (output, kill) => {
      const url = /http:\/\/127\.0\.0\.1:\d+\//.exec(output)?.[0]
      if (!url || page) return
      page = fetch(url).then((response) => response.text())
      page.finally(kill).catch(() => {})
    })
    expect(await page).toContain('<title>webclave</title>')
    expect(status).toBe(0)
  })

  test.each([
    [['--port', '70000'], '0 to 65535'],
    [['--port', 'eighty'], '0 to 65535'],
    [['--host', '0.0.0.0'], "Unknown option '--host'"],
  ])('rejects %j with an explanation', async (args, words) => {
    const { status, errors } = await run(args)
    expect(status).toBe(1)
    expect(errors).toContain(words)
    expect(errors).toContain('usage: npm run web')
  })

  test('reports a port that is in use', async () => {
    const other = createServer()
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
    const { status, output, errors } = await run(['--port', String((other.address() as AddressInfo).port)])
    await new Promise((resolve) => other.close(resolve))
    expect(status).toBe(1)
    expect(errors).toContain('that port is taken')
    // It does not build the page first.
    expect(output).toBe('')
  })
})
