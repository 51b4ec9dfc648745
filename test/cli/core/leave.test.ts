/** The end of a command's process: all that it printed arrives, and nobody's reading ends it. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'

const LEAVE = new URL('../../../src/cli/core/leave.ts', import.meta.url).href

/** A process that runs `body` as its command. */
function command(body: string) {
  const source = `import { runToEnd } from ${JSON.stringify(LEAVE)}\nrunToEnd(async () => { ${body} })`
  return spawn(process.execPath, ['--input-type=module', '-e', source], { stdio: 'pipe' })
}

test('more than a pipe holds arrives, on both outputs', async () => {
  const child = command(`
    process.stdout.write('a'.repeat(2_000_000))
    process.stderr.write('b'.repeat(2_000_000))
    return 3`)
  const [out, err, [status]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit'),
  ])
  expect([out.length, err.length, status]).toEqual([2_000_000, 2_000_000, 3])
})

test('a command whose output nobody reads ends, without a stack trace', async () => {
  const child = command(`
    for (;;) {
      process.stdout.write('a')
      await new Promise((resolve) => setTimeout(resolve, 1))
    }`)
  const errors = text(child.stderr)
  await once(child.stdout, 'data')
  child.stdout.destroy()
  expect(await once(child, 'exit')).toEqual([141, null])
  expect(await errors).toBe('')
})

test('one that listens for that itself decides', async () => {
  const child = command(`
    const gone = new Promise((resolve) => process.stdout.once('error', resolve))
    const timer = setInterval(() => process.stdout.write('a'), 1)
    await gone
    clearInterval(timer)
    return 5`)
  await once(child.stdout, 'data')
  child.stdout.destroy()
  expect(await once(child, 'exit')).toEqual([5, null])
})
