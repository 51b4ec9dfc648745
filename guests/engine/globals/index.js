/** All globals of an enclave application, on top of those of ECMAScript. What is heavy is loaded on first use. */
import { AbortController, AbortSignal, setAbortTimer } from './abort.js'
import { removeAbsent } from './absent.js'
import { Blob, File } from './blob.js'
import { createConsole } from './console.js'
import { installRandom } from './crypto.js'
import { define, defineFunctions, defineLazy } from './define.js'
import { TextDecoder, TextDecoderStream, TextEncoder, TextEncoderStream } from './encoding.js'
import { installErrorEvents } from './error-events.js'
import { EventTarget, setListenerReport } from './event-target.js'
import { CustomEvent, Event, setEventClock } from './events.js'
import { installLocale } from './locale.js'
import { Navigator, navigator } from './navigator.js'
import { createPerformance, Performance } from './performance.js'
import { setNativePromise } from './promise.js'
import { installStacks } from './stack.js'
import { STREAM_NAMES, streams } from './streams.js'
import { urlPattern, urls } from './url.js'
import { setNativeText } from './utf8.js'

/**
 * Installs the globals over the `host`: `native` functions of text, `random(length)`, `now()` in milliseconds, `stdout` and
 * `stderr`, `timers`, and `report`, which gets errors that nobody caught. Returns what begins the time of an enclave.
 */
export function installGlobals({ native, random, now, stdout, stderr, timers, report }) {
  removeAbsent()
  setNativeText(native)
  setNativePromise(native)
  installStacks()
  const { performance, begin } = createPerformance(now)
  setEventClock(() => performance.now())
  setListenerReport(report)
  setAbortTimer(timers.startLoose)
  installErrorEvents(report)
  installRandom(random)
  installLocale()
  define({
    ...{ AbortController, AbortSignal, Blob, CustomEvent, Event, EventTarget, File, Navigator, Performance },
    ...{ TextDecoder, TextDecoderStream, TextEncoder, TextEncoderStream },
    ...{ console: createConsole(stdout, stderr, now), navigator, performance, self: globalThis },
  })
  defineFunctions(timers.globals)
  defineLazy(['URL', 'URLSearchParams'], urls)
  defineLazy(['URLPattern'], urlPattern)
  defineLazy(STREAM_NAMES, streams)
  defineLazy(['fetch', 'FormData', 'Headers', 'Request', 'Response'], () => require('./fetch.js'))
  defineLazy(['structuredClone'], () => require('./clone.js'))
  defineLazy(['Intl'], () => require('./intl.js'))
  wrapBase64()
  return begin
}

/** The engine's base64 with errors whose stack begins with their name. */
function wrapBase64() {
  for (const name of ['atob', 'btoa']) {
    const native = globalThis[name]
    const wrapped = {
      [name](text) {
        if (arguments.length === 0) throw new TypeError(`${name}: 1 argument required`)
        try {
          return native(`${text}`)
        } catch (error) {
          throw error instanceof DOMException ? new DOMException(error.message, error.name) : error
        }
      },
    }[name]
    defineFunctions({ [name]: wrapped })
  }
}
