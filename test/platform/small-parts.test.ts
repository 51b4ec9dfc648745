/** Small parts of the platform: detection of Node, pipes, yielding, build artefacts, and wasm-tools' messages. */
import { PassThrough } from 'node:stream'
import { pathToFileURL } from 'node:url'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { readArtefact } from '../../src/platform/artefacts.ts'
import { assertSharedMemory, isNode } from '../../src/platform/environment.ts'
import { readPipe } from '../../src/platform/pipe.ts'
import { toolMessage } from '../../src/platform/wasm-tools.ts'

afterEach(() => {
  vi.unstubAllGlobals()
  vi.resetModules()
})

describe('the environment', () => {
  const isNodeWith = async (process: unknown) => {
    vi.resetModules()
    vi.stubGlobal('process', process)
    try {
      return (await import('../../src/platform/environment.ts')).isNode
    } finally {
      vi.unstubAllGlobals()
    }
  }
  test('is Node only if process.versions.node exists', async () => {
    expect(isNode).toBe(true)
    expect(await isNodeWith({ ...process, versions: {} })).toBe(false)
    expect(await isNodeWith({ versions: { node: '1' } })).toBe(true)
  })

  test('without SharedArrayBuffer enclaves are refused with a code', () => {
    assertSharedMemory()
    vi.stubGlobal('SharedArrayBuffer', undefined)
    expect(assertSharedMemory).toThrow(expect.objectContaining({ code: 'E_TAB_ISOLATION' }))
  })
})

describe('a pipe without a handle', () => {
  test('is copied into the reader’s buffers, in parts if they are smaller', async () => {
    const pipe = new PassThrough()
    const received: number[] = []
    const sizes = [3, 4, 1, 9]
    let space = new Uint8Array(0)
    readPipe(pipe, {
      space: () => {
        space = new Uint8Array(sizes.shift() ?? 9)
        return space
      },
      advance: (length) => void received.push(...space.subarray(0, length)),
    })
    pipe.write(Uint8Array.of(1, 2, 3, 4, 5, 6, 7))
    pipe.write(Uint8Array.of(8, 9, 10))
    await expect.poll(() => received).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
    expect(sizes).toEqual([])
  })
})

describe('yielding to other tasks', () => {
  test('continues after the queued tasks, in order, in Node and in browsers', async () => {
    for (const immediate of [setImmediate, undefined]) {
      vi.resetModules()
      vi.stubGlobal('setImmediate', immediate)
      const { yieldToTasks } = await import('../../src/platform/yield.ts')
      const order: string[] = []
      const all = Promise.all([
        yieldToTasks().then(() => order.push('first')),
        yieldToTasks().then(() => order.push('second')),
      ])
      await Promise.resolve()
      order.push('this task')
      await all
      await yieldToTasks()
      expect(order).toEqual(['this task', 'first', 'second'])
      vi.unstubAllGlobals()
    }
  })
})

describe('a build artefact', () => {
  const missing = expect.objectContaining({ code: 'E_ARTEFACT' })

  test('is read from the disk in Node', async () => {
    const bytes = await readArtefact(pathToFileURL(import.meta.filename))
    expect(new TextDecoder().decode(bytes)).toContain('a build artefact')
    await expect(readArtefact(new URL('file:///nowhere/at/all'))).rejects.toThrow(missing)
  })

  test('is fetched in a browser, and refused unless the status is 2xx', async () => {
    vi.stubGlobal('fetch', async () => new Response(Uint8Array.of(1, 2)))
    expect(await readArtefact(new URL('https://tab.example/kernel.js'))).toEqual(Uint8Array.of(1, 2))
    vi.stubGlobal('fetch', async () => new Response('not found', { status: 404 }))
    await expect(readArtefact(new URL('https://tab.example/dist/kernel.js'))).rejects.toThrow(
      expect.objectContaining({ code: 'E_ARTEFACT', expected: 'a readable file dist/kernel.js' }),
    )
  })
})

describe('a message of wasm-tools', () => {
  test.each([
    [{ payload: 'one', message: 'two' }, 'one'],
    [{ message: 'two' }, 'two'],
    ['three', 'three'],
    [{ payload: 'failed\n\nCaused by:\n    0: because\n   12: of 3: this' }, 'failed: because: of 3: this'],
    [{ payload: 'x'.repeat(401) }, 'x'.repeat(400)],
    [{ payload: '' }, ''],
  ])('%j becomes one line', (thrown, line) => {
    expect(toolMessage(thrown)).toBe(line)
  })
})
