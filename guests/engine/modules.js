/** The modules that an application can name besides its own: the imported interfaces, and what the engine adds for the SDK. */
import { responseBytes } from './globals/response.js'
import { openTcp } from './globals/tcp.js'

/**
 * The function `require` of an application. `native` is what guests/engine/runtime/engine.c gives, `loop` the functions of
 * the event loop.
 */
export function createRequire({ interfaces, ...native }, loop) {
  const modules = new Map(Object.entries(interfaces).filter(([name]) => !name.startsWith('webclave:')))
  const { file } = interfaces['webclave:engine/application']
  modules.set('webclave:crypto', interfaces['webclave:engine/crypto'])
  const { readMessage, readMessages, writeMessage, appendMessage, readInto } = native
  const messages = { readMessage, readMessages, writeMessage, appendMessage }
  modules.set('webclave:engine', { ...loop, file, ...messages, readInto, responseBytes })
  modules.set('webclave:network', { openTcp })

  return function require(name) {
    const found = modules.get(name.replace(/@[0-9.]+$/, ''))
    if (found !== undefined) return found
    const error = new Error(
      `there is no module ${JSON.stringify(name)} in an enclave: an application is one bundle, so the call must name the module itself`,
    )
    // Packages that try several modules look at it.
    throw Object.assign(error, { code: 'MODULE_NOT_FOUND' })
  }
}
