/** A Worker of one script in Node: it gets one message, cannot import anything, and its end has a short reason. */
import { afterEach, describe, expect, test, vi } from 'vitest'
import { MODULE_FLAGS, permissions, startWorker, workerScript } from '../../src/platform/worker.ts'

/** A kernel that runs `body`, with the message, the glue's `instantiate`, and the host's functions. */
const kernelOf = (body: string) =>
  `const webclaveKernel = { emptyScope() {}, async boot(message, instantiate, host) { ${body} } }\n`
const GLUE = 'const instantiate = () => 7\n'
const endOf = async (body: string, message: unknown = {}) => {
  const worker = await startWorker(kernelOf(body), GLUE, message)
  return (await worker.ended)?.message
}

afterEach(() => {
  vi.doUnmock('../../src/platform/environment.ts')
  vi.unstubAllGlobals()
  vi.resetModules()
})

describe('a Worker', () => {
  test('that has finished ends without a reason', async () => {
    expect(await endOf('return')).toBeUndefined()
  })

  test('gets its message, the glue and the clocks, and nothing of the environment', async () => {
    const thrown = await endOf(
      `throw new Error(JSON.stringify([message, instantiate(), Object.keys(host).sort(),
        typeof host.now(), host.wallClock() > 1e12, typeof process.env.PATH]))`,
      { shared: [1, 2] },
    )
    expect(JSON.parse(thrown!.replace(/^Error: /, ''))).toEqual([
      { shared: [1, 2] },
      7,
      ['channel', 'now', 'stackLength', 'wallClock'],
      'number',
      true,
      'undefined',
    ])
  })

  test.each([
    ['an error', `throw new Error('its message')`, 'Error: its message'],
    ['a text', `throw 'only text'`, 'only text'],
    ['undefined', 'throw undefined', 'undefined'],
    [
      'an error that cannot be converted',
      'throw { toString() { throw 1 } }',
      'an error that cannot be converted to text',
    ],
  ])('that throws %s is reported', async (_, body, thrown) => {
    expect(await endOf(body)).toBe(thrown)
  })

  test('reports the first 2048 characters of its error', async () => {
    expect(await endOf(`throw 'x'.repeat(2048)`)).toBe('x'.repeat(2048))
    expect(await endOf(`throw 'x'.repeat(2049)`)).toBe('x'.repeat(2048))
  })

  test('cannot import modules, read files or start processes', async () => {
    const worker = await startWorker(`import 'node:fs'\n${kernelOf('')}`, GLUE, {})
    expect((await worker.ended)?.message).toContain('imports are not allowed here')
    expect(await endOf(`await import('node:fs')`)).toContain('ERR_VM_DYNAMIC_IMPORT_CALLBACK_MISSING')
    const script = JSON.stringify(import.meta.filename)
    for (const call of [`'fs').readFileSync(${script})`, `'child_process').execFileSync('/bin/true')`])
      expect(await endOf(`process.getBuiltinModule('node:' + ${call}`)).toContain('Access to this API')
  })

  test('that never finishes is terminated without a reason', async () => {
    const worker = await startWorker(kernelOf('for (;;);'), GLUE, {})
    await worker.terminate()
    expect(await worker.ended).toBeUndefined()
  })

  test('prints nothing on its owner’s terminal', async () => {
    const written = [process.stdout, process.stderr].map((stream) => vi.spyOn(stream, 'write'))
    try {
      await endOf(`process.stdout.write('out'); process.stderr.write('err')`)
      expect(written.flatMap(({ mock }) => mock.calls.map(([text]) => text))).toEqual([])
    } finally {
      for (const spy of written) spy.mockRestore()
    }
  })
})

test('the permission flag is used only if Node knows it', () => {
  expect(permissions()).toEqual(['--permission'])
  vi.spyOn(process, 'allowedNodeEnvironmentFlags', 'get').mockReturnValue(new Set())
  expect(permissions()).toEqual([])
  vi.restoreAllMocks()
  expect(MODULE_FLAGS).toEqual(['--experimental-vm-modules', '--no-warnings'])
})

test('in a browser the script is sealed, and has its own prologue', async () => {
  vi.doMock('../../src/platform/environment.ts', () => ({ isNode: false }))
  const sealed: string[] = []
  vi.stubGlobal('origin', 'https://tab.example')
  vi.stubGlobal('fetch', async (_: URL, { method, body }: { method?: string; body: string }) => {
    if (method === 'POST') sealed.push(body)
    const headers = { 'Webclave-Sealed': '1', Location: 'https://tab.example/1.js' }
    return new Response(null, { status: 201, headers })
  })
  vi.stubGlobal(
    'Worker',
    class {
      postMessage() {}
    },
  )
  vi.resetModules()
  const inTab = await import('../../src/platform/worker.ts')
  await inTab.startWorker('KERNEL', 'GLUE', {})
  expect(sealed[0]).toMatch(/KERNEL.*scope\.onmessage .*webclaveKernel\.boot.*GLUE$/s)
  expect(workerScript('KERNEL', 'GLUE')).toMatch(/KERNEL.*export let run.*webclaveKernel\.boot.*GLUE$/s)
})
