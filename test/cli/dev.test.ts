/** `qt enclave dev` starts a new enclave after a change of the source, and stops it at Ctrl-C. */
import { spawn } from 'node:child_process'
import { chmodSync, cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, test } from 'vitest'
import { Home } from '../support/home.ts'

const home = new Home()
afterAll(() => home[Symbol.asyncDispose]())

/** Runs `qt enclave dev` with `app`. `until` waits for a condition on its output, `end` sends it a signal. */
function developing(app: string) {
  const child = spawn(join(home.path, 'bin', 'qt'), ['enclave', 'dev', app, '--mem', '128'], {
    env: home.env,
  })
  let printed = ''
  let check = () => {}
  const take = (data: Buffer) => {
    printed += data
    check()
  }
  child.stdout.on('data', take)
  child.stderr.on('data', take)
  const until = (condition: (text: string) => boolean) =>
    new Promise<void>((resolve) => {
      check = () => condition(printed) && resolve()
      check()
    })
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve))
  const end = (signal: NodeJS.Signals = 'SIGINT') => {
    child.kill(signal)
    return exited
  }
  return { child, until, end, exited, printed: () => printed }
}

test('builds, starts and follows an application, and restarts it after a change', async () => {
  const app = join(home.path, 'echo')
  cpSync(fileURLToPath(new URL('../../guests/echo', import.meta.url)), app, { recursive: true })
  const source = join(app, 'index.ts')
  const { until, end } = developing(app)
  await until((text) => /image PCR0 [0-9a-f]{96}\n/.test(text) && text.includes('echo listens on port 5000'))
  writeFileSync(source, readFileSync(source, 'utf8').replace('listens on port', 'is at port'))
  await until(
    (text) =>
      /image PCR0 [0-9a-f]{16}… is now [0-9a-f]{96}\n/.test(text) && text.includes('echo is at port 5000'),
  )
  // A build error is reported, and the running enclave continues.
  writeFileSync(source, 'export default async ( => {}')
  await until((text) => text.includes('E_APP_SYNTAX'))
  expect(JSON.parse((await home.qt('enclave', 'query')).stdout)).toHaveLength(1)
  expect(await end()).toBe(0)
  expect((await home.qt('enclave', 'query')).stdout).toBe('[]\n')
})

test('says how an enclave has ended, and starts it again on the next change', async () => {
  const app = join(home.path, 'ends.ts')
  const write = (text: string) => writeFileSync(app, `export default async () => {\n${text}\n}`)
  write("console.log('first words')")
  const { until, end } = developing(app)
  const again = 'the next change starts it again\n'
  await until(
    (text) =>
      text.includes('first words\n') && text.includes(`enclave 0 has ended: exited with status 0; ${again}`),
  )
  // Saving without a change runs the program again.
  write("console.log('first words')")
  await until(
    (text) => /image PCR0 [0-9a-f]{16}… is unchanged\n/.test(text) && text.split('first words').length === 3,
  )
  write("throw new RangeError('third words')")
  await until((text) => text.includes(`has ended: trapped: uncaught RangeError: third words; ${again}`))
  write('process.exit(3)')
  await until((text) => text.includes(`has ended: exited with status 1; ${again}`))
  expect(await end()).toBe(0)
  expect((await home.qt('enclave', 'query')).stdout).toBe('[]\n')
})

test('keeps an enclave running if a build gives the same PCR0 or fails, also for a module elsewhere', async () => {
  const [app, lib] = [join(home.path, 'app'), join(home.path, 'lib')]
  for (const folder of [app, lib]) mkdirSync(folder)
  const forever = "import { text } from '../lib/text.ts'\nexport default async () => {\n  console.log(text)\n"
  writeFileSync(
    join(app, 'index.ts'),
    `${forever}  await new Promise((done) => setTimeout(done, 2 ** 30))\n}`,
  )
  const write = (text: string) => writeFileSync(join(lib, 'text.ts'), text)
  write("export const text = 'one'")
  const { until, end } = developing(app)
  await until((text) => text.includes('one\n'))
  write("// A comment.\nexport const text = 'one'")
  write("export const text = 'one'")
  await until((text) => /image PCR0 [0-9a-f]{16}… is unchanged; the enclave keeps running\n/.test(text))
  write('export const text = =')
  await until((text) => /E_APP_SYNTAX.*\nwaiting for the next change; enclave 0 keeps running\n/.test(text))
  write("export const text = 'two'")
  await until((text) => text.includes('two\n'))
  expect(await end()).toBe(0)
})

test('waits for an application that is not there yet, and says so', async () => {
  const app = join(home.path, 'later.ts')
  const { until, end } = developing(app)
  await until((text) => /E_APP_NOT_FOUND: .*\nwaiting for the next change\n/.test(text))
  writeFileSync(app, "export default async () => console.log('here')")
  await until((text) => text.includes('here\n'))
  expect(await end()).toBe(0)
})

test('ends if the folder of the application does not exist', async () => {
  const { exited, printed } = developing(join(home.path, 'no/such/app.ts'))
  expect(await exited).toBe(1)
  expect(printed()).toMatch(/^E_APP_NOT_FOUND: .*expected a path in a folder that exists\n/)
})

describe('stops its enclave and ends', () => {
  const app = join(home.path, 'talks.ts')
  writeFileSync(app, "export default () => new Promise(() => setInterval(() => console.log('word'), 5))")

  test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('at %s', async (signal) => {
    const { until, end } = developing(app)
    await until((text) => text.includes('word'))
    expect(await end(signal)).toBe(0)
    expect((await home.qt('enclave', 'query')).stdout).toBe('[]\n')
  })

  test('when nobody reads its output any more', async () => {
    const { child, until, exited } = developing(app)
    await until((text) => text.includes('word'))
    child.stdout.destroy()
    expect(await exited).toBe(0)
    expect((await home.qt('enclave', 'query')).stdout).toBe('[]\n')
  })
})

test('exits with an error if the enclave cannot be stopped at the end', async () => {
  const { until, end, printed } = developing(fileURLToPath(new URL('../../guests/echo', import.meta.url)))
  await until((text) => text.includes('echo listens on port 5000'))
  chmodSync(home.runtime, 0o755)
  expect(await end()).toBe(1)
  expect(printed()).toContain('E_STATE_MODE')
  chmodSync(home.runtime, 0o700)
  expect(await home.qt('enclave', 'stop', '--enclave-id', '0')).toMatchObject({ status: 0 })
})
