/** `qt enclave dev` starts a new enclave after a change of the source, and stops it at Ctrl-C. */
import { spawn } from 'node:child_process'
import { chmodSync, cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import { Home } from '../support/home.ts'

const home = new Home()
afterAll(() => home[Symbol.asyncDispose]())

/** Runs `qt enclave dev` with `app`. `until` waits for a condition on its output, `end` interrupts it. */
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
  const end = async () => {
    child.kill('SIGINT')
    await new Promise((resolve) => child.once('close', resolve))
    return child.exitCode
  }
  return { until, end, printed: () => printed }
}

test('builds, starts and follows an application, and restarts it after a change', async () => {
  const app = join(home.path, 'echo')
  cpSync(fileURLToPath(new URL('../../guests/echo', import.meta.url)), app, { recursive: true })
  const source = join(app, 'index.ts')
  const { until, end } = developing(app)
  await until((text) => /PCR0 [0-9a-f]{96}\n/.test(text) && text.includes('echo listens on port 5000'))
  writeFileSync(source, readFileSync(source, 'utf8').replace('listens on port', 'is at port'))
  await until(
    (text) => /PCR0 [0-9a-f]{16}… is now [0-9a-f]{96}\n/.test(text) && text.includes('echo is at port 5000'),
  )
  // A build error is reported, and the running enclave continues.
  writeFileSync(source, 'export default async ( => {}')
  await until((text) => text.includes('E_APP_SYNTAX'))
  expect(JSON.parse((await home.qt('enclave', 'query')).stdout)).toHaveLength(1)
  expect(await end()).toBe(0)
  expect((await home.qt('enclave', 'query')).stdout).toBe('[]\n')
})

test('reports an unchanged build and an ended enclave, and starts it again on the next change', async () => {
  const app = join(home.path, 'ends.ts')
  const write = (text: string) => writeFileSync(app, `export default async () => console.log('${text}')`)
  write('first words')
  const { until, end } = developing(app)
  await until(
    (text) =>
      text.includes('first words') && /enclave 0 has ended; the next change starts it again\n/.test(text),
  )
  write('first words')
  await until((text) => /PCR0 [0-9a-f]{16}… is unchanged; the enclave keeps running\n/.test(text))
  write('other words')
  await until(
    (text) => text.includes('other words') && text.match(/has ended; the next change/g)?.length === 2,
  )
  expect(await end()).toBe(0)
  expect((await home.qt('enclave', 'query')).stdout).toBe('[]\n')
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
