/**
 * A similar project as a baseline: calls of an Extism plugin in its own Worker, which takes its input and returns
 * nothing.
 */
import { parse } from '@bytecodealliance/jco'
import createPlugin, { type Plugin } from '@extism/extism'

const TAKE = '(module (func (export "take") (result i32) (i32.const 0)))'

/** A plugin with one function. */
export class ExtismPlugin {
  readonly #plugin: Plugin

  private constructor(plugin: Plugin) {
    this.#plugin = plugin
  }

  static async start(): Promise<ExtismPlugin> {
    const wasm = [{ data: new Uint8Array(await parse(TAKE)) }]
    return new ExtismPlugin(await createPlugin({ wasm }, { runInWorker: true, useWasi: false }))
  }

  /** Calls the function `count` times with `bytes`. */
  async calls(bytes: Uint8Array, count: number): Promise<void> {
    for (let done = 0; done < count; done++) await this.#plugin.call('take', bytes)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#plugin.close()
  }
}
