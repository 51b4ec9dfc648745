/** The nearest peer: calls of an Extism plugin in a Worker of its own, which takes its input and gives nothing back. */
import { parse } from '@bytecodealliance/jco'
import createPlugin, { type Plugin } from '@extism/extism'

const TAKE = '(module (func (export "take") (result i32) (i32.const 0)))'

/** The plugin. */
export class ExtismPlugin {
  readonly #plugin: Plugin

  private constructor(plugin: Plugin) {
    this.#plugin = plugin
  }

  static async start(): Promise<ExtismPlugin> {
    const wasm = [{ data: new Uint8Array(await parse(TAKE)) }]
    return new ExtismPlugin(await createPlugin({ wasm }, { runInWorker: true, useWasi: false }))
  }

  /** Calls it with `bytes`, `count` times. */
  async calls(bytes: Uint8Array, count: number): Promise<void> {
    for (let done = 0; done < count; done++) await this.#plugin.call('take', bytes)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#plugin.close()
  }
}
