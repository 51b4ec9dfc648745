/** `node:url`: Node's own code for the older functions, as unenv has it, and the Web's classes. */
import * as url from 'unenv/node/url'

const { default: _, ...members } = url

export default {
  ...members,
  get URL() {
    return globalThis.URL
  },
  get URLSearchParams() {
    return globalThis.URLSearchParams
  },
  get URLPattern() {
    return globalThis.URLPattern
  },
}
