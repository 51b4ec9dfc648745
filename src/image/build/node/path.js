/** `node:path` for POSIX. */
export { default } from 'path-browserify'
