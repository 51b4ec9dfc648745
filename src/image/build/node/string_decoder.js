/** `node:string_decoder`: the npm package of that name, which is Node's own code. */
export { default } from 'string_decoder/lib/string_decoder.js'
