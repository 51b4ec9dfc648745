/** `node:perf_hooks`: the engine's `performance`. */
import absent from './absent.js'

export default Object.assign(absent('node:perf_hooks'), { performance: globalThis.performance })
