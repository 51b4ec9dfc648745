/** `node:path/posix`. */
export { default } from 'node:path'
