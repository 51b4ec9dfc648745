/** What a module gets that names the global `process`. */
export { default as process } from 'node:process'
