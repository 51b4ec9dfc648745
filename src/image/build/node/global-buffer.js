/** What a module gets that names the global `Buffer`. */
export { Buffer } from 'node:buffer'
