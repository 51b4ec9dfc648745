/** The runner of wasm-tools: what a crash of the tools changes for later calls, and what is printed. */
import { afterEach, expect, test, vi } from 'vitest'
import { runWasmTools, ToolRunner, toolMessage, type WasmTools } from '../../src/platform/wasm-tools.ts'

afterEach(() => void vi.restoreAllMocks())

/** Tools that crash on the first byte 1 and never work again, as a trapped instance of Rust may. */
function loader() {
  return vi.fn(async (): Promise<WasmTools> => {
    let isPoisoned = false
    return {
      componentNew(module) {
        if (isPoisoned) throw new TypeError('poisoned')
        if (module[0] === 2) throw { payload: 'refused' }
        if (module[0] !== 1) return module
        isPoisoned = true
        console.error("thread 'main' panicked at src/main.rs")
        throw new WebAssembly.RuntimeError('unreachable')
      },
      componentWit: () => '',
    }
  })
}

const convert = (runner: ToolRunner, byte: number) =>
  runner.run((tools) => tools.componentNew(Uint8Array.of(byte), []))

test('one instance serves all calls, also after it has refused one', async () => {
  const load = loader()
  const runner = new ToolRunner(load)
  expect(await convert(runner, 0)).toEqual(Uint8Array.of(0))
  await expect(convert(runner, 2)).rejects.toEqual({ payload: 'refused' })
  expect(await convert(runner, 3)).toEqual(Uint8Array.of(3))
  expect(load).toHaveBeenCalledExactlyOnceWith(0)
})

test('a crash leaves nothing for later calls, and prints nothing', async () => {
  const printed = vi.spyOn(console, 'error').mockImplementation(() => {})
  const load = loader()
  const runner = new ToolRunner(load)
  for (let crash = 1; crash <= 2; crash++) {
    const thrown = await convert(runner, 1).catch((error: unknown) => error)
    expect(toolMessage(thrown)).toBe('wasm-tools crashed while it read it')
    expect(await convert(runner, 0)).toEqual(Uint8Array.of(0))
    expect(load).toHaveBeenLastCalledWith(crash)
  }
  expect(printed).not.toHaveBeenCalled()
  console.error('again')
  expect(printed).toHaveBeenCalledOnce()
})

test('tools that could not be loaded are loaded again by the next call', async () => {
  const load = loader().mockRejectedValueOnce(new Error('404'))
  const runner = new ToolRunner(load)
  await expect(convert(runner, 0)).rejects.toMatchObject({ code: 'E_ARTEFACT' })
  expect(await convert(runner, 0)).toEqual(Uint8Array.of(0))
})

test('the tools of this release are loaded anew after a crash, as another instance', async () => {
  const instance = () => runWasmTools((tools) => tools)
  const before = await instance()
  expect(await instance()).toBe(before)
  const crash = new WebAssembly.RuntimeError('unreachable')
  await expect(
    runWasmTools(() => {
      throw crash
    }),
  ).rejects.toBe(crash)
  expect(await instance()).not.toBe(before)
  const empty = Uint8Array.of(0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0)
  expect(await runWasmTools((tools) => tools.componentWit(empty))).toContain('world root')
})
