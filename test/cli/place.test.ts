/** The enclave process that `bin/qt` starts in parallel with the keeper, according to a guess from the arguments. */
import { mkdirSync, readFileSync, readlinkSync, symlinkSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Home } from '../support/home.ts'
import { laboratoryImage } from '../support/laboratory.ts'
import { childrenOf, ofProcess, processesWith, sessionOf } from '../support/processes.ts'

const NODE_KIB = 3 * 1024 * 1024
const QT = fileURLToPath(new URL('../../bin/qt', import.meta.url))

const home = new Home()
const folder = join(home.path, "a 'folder' * of 100%")
const eif = join(folder, 'laboratory.eif')
/** A PATH with only Node: without setsid `bin/qt` cannot start the process, so the keeper starts it. */
const onlyNode = join(home.path, 'bare')

beforeAll(async () => {
  mkdirSync(folder)
  writeFileSync(eif, (await laboratoryImage()).eif)
  mkdirSync(onlyNode)
  symlinkSync(process.execPath, join(onlyNode, 'node'))
})
afterAll(() => home[Symbol.asyncDispose]())

/** The only child of `parent` that has `word` in its command line. */
function childOf(parent: number, word: string): number {
  const children = childrenOf(parent, word)
  expect(children).toHaveLength(1)
  return children[0]!
}

/** Starts the laboratory, lets it calculate, inspects its process, and stops it. */
async function inspectStart(args: readonly string[], env: NodeJS.ProcessEnv = {}, qt = QT) {
  const start = [folder, qt, 'enclave', 'start', ...args]
  const outcome = await home.run('/bin/sh', ['-c', 'cd "$0" && exec "$@"', ...start], { env })
  expect(outcome, outcome.stderr).toMatchObject({ status: 0 })
  const socket = connect(home.vsock(0))
  socket.end('CONNECT 5000\nreturn 6 * 7')
  expect(await text(socket)).toMatch(/^OK \d+\n\{"value":42\}$/)
  const [keeper] = home.processes()
  const enclave = childOf(keeper!, 'enclave-process.cjs')
  const watcher = childOf(enclave, 'enclave-process.sh')
  const found = {
    way: readlinkSync(`/proc/${enclave}/fd/3`).split(':')[0],
    memory: /Max data size\s+(\d+)/.exec(ofProcess(enclave, 'limits'))?.[1],
    environment: ofProcess(enclave, 'environ'),
    written: Number(/wchar: (\d+)/.exec(ofProcess(keeper!, 'io'))![1]),
    watched: ofProcess(watcher, 'environ').split('\0').sort(),
    open: [3, 4, 5, 6].map((descriptor) => {
      try {
        return readlinkSync(`/proc/${enclave}/fd/${descriptor}`).replace(/:.*/, '')
      } catch {
        return 'closed'
      }
    }),
    leadsSession: sessionOf(enclave) === enclave,
  }
  expect(await home.qt('enclave', 'stop', '--enclave-id', '0')).toMatchObject({ status: 0 })
  return found
}

const bytes = (memoryMiB: number) => String((memoryMiB * 1024 + NODE_KIB) * 1024)

describe('the enclave process starts at the same time as the keeper', () => {
  test.each([
    ['with the given memory', ['--eif', eif, '--mem', '128'], 128],
    ['with equals signs', [`--eif=${eif}`, '--mem=256'], 256],
    ['with the default memory', ['--eif', eif], 1024],
  ])('%s', async (_, args, memoryMiB) => {
    expect(await inspectStart(args)).toMatchObject({ way: 'pipe', memory: bytes(memoryMiB) })
  })

  test('and inherits only the two pipes', async () => {
    const found = await inspectStart(['--eif', eif, '--mem', '128'])
    expect(found).toMatchObject({ environment: '', leadsSession: true })
    // The descriptors that Node opens itself are neither pipes nor files.
    expect(found.open.slice(0, 2)).toEqual(['pipe', 'pipe'])
    for (const what of found.open.slice(2)) expect(what).toMatch(/^(?:closed|anon_inode)$/)
    const names = found.watched.map((each) => each.split('=')[0]).filter((name) => name !== '')
    expect(names).toEqual(['PATH'])
  })

  test.each([
    ['found by its absolute path', eif, {}],
    ['found by a relative path', './laboratory.eif', {}],
    ['even if the keeper starts the process', eif, { PATH: onlyNode }],
  ])('and compiles the component that the image had last time, %s', async (_, path, env) => {
    const args = ['--eif', path, '--mem', '192']
    await inspectStart(args, env)
    // A component has several megabytes, so the keeper has not sent it.
    expect((await inspectStart(args, env)).written).toBeLessThan(1_000_000)
  })

  test('and the reason of its end is reported', async () => {
    expect(await home.run(QT, ['enclave', 'start', '--eif', eif, '--mem', '128'])).toMatchObject({
      status: 0,
    })
    const [keeper] = home.processes()
    process.kill(childOf(keeper!, 'enclave-process.cjs'), 'SIGSEGV')
    while (home.processes().length > 0) await new Promise((resolve) => setTimeout(resolve, 5))
    const { stderr } = await home.qt('enclave', 'query')
    expect(stderr).toContain('enclave 0 (CID 4) has ended: host-lost: its process was ended by SIGSEGV')
  })

  test('only if the arguments are plain', async () => {
    // A shell would read this as an octal number.
    const args = ['--eif', eif, '--mem', '0128']
    expect(await inspectStart(args)).toMatchObject({ way: 'socket', memory: bytes(128) })
  })

  test('and is replaced if it has the wrong amount of memory', async () => {
    const wrong = join(home.path, 'wrong')
    const script = readFileSync(QT, 'utf8')
      .replace(/^cli=.*/m, `cli='${join(dirname(QT), '../dist/cli')}'`)
      .replace('place="$! $memory"', 'place="$! 64"')
    writeFileSync(wrong, script, { mode: 0o755 })
    const found = await inspectStart(['--eif', eif, '--mem', '128'], {}, wrong)
    expect(found).toMatchObject({ way: 'socket', memory: bytes(128) })
  })

  test('and is killed after a usage error', async () => {
    const mark = `PATH=${onlyNode}:`
    const args = ['enclave', 'start', '--eif', eif, '--mem', '128', '--no-such']
    const outcome = await home.run(QT, args, { env: { PATH: `${onlyNode}:${process.env['PATH']}` } })
    expect(outcome).toMatchObject({ status: 2, stderr: expect.stringContaining('--no-such') })
    // The watcher has this PATH in its environment, and ends with the process that it watches.
    while (processesWith(mark).length > 0) await new Promise((resolve) => setTimeout(resolve, 5))
  })
})

describe('if bin/qt cannot start the enclave process', () => {
  test('the keeper starts it', async () => {
    expect(await inspectStart(['--eif', eif, '--mem', '128'], { PATH: onlyNode })).toMatchObject({
      way: 'socket',
      memory: bytes(128),
      environment: '',
    })
  })

  test('a WEBCLAVE_PLACE in the user’s environment is not trusted', async () => {
    const env = { WEBCLAVE_PLACE: `${process.pid} 128` }
    const args = ['--eif', eif, '--mem', '128']
    expect(await inspectStart(args, { ...env, PATH: onlyNode })).toMatchObject({ way: 'socket' })
    const config = join(home.path, 'run.json')
    writeFileSync(config, JSON.stringify({ eif_path: eif, cpu_count: 2, memory_mib: 128 }))
    const nitro = join(home.path, 'bin', 'nitro-cli')
    expect(await home.run(nitro, ['run-enclave', '--config', config], { env })).toMatchObject({ status: 0 })
    expect(await home.nitro('terminate-enclave', '--all')).toMatchObject({ status: 0 })
  })
})
