/** `node:path` for POSIX: the npm package path-browserify, with what came to Node later. */
import path from 'path-browserify'
import { matchesGlob } from './glob.js'

export default Object.assign(path, { matchesGlob, toNamespacedPath: (name) => name })
