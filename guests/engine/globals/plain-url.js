/**
 * For `whatwg-url`, which scripts/engine-script.ts lets load this instead of its own state machine. That takes an
 * interpreter a tenth of a millisecond, because it looks at each character by itself. Most URLs are plain: one expression
 * shows that nothing in them needs to be decoded, escaped, resolved or left out.
 */
const machine = require('whatwg-url/lib/url-state-machine.js')

/** A host name in lower case whose last label is no number, a port, and characters that stay as they are. */
const PLAIN =
  /^(https?):\/\/((?:[0-9a-z-]+\.)*[a-z][0-9a-z-]*)(?::([1-9]\d{0,4}))?(\/[!$%&'()*+,\-./0-9:;=@A-Z_a-z~]*)(?:\?([!$%&()*+,\-./0-9:;=?@A-Z_a-z~]*))?$/
/** A label in Punycode, or a segment that means a folder or the one above. */
const SPECIAL = /[/.]xn--|\/(?:\.|%2e){1,2}(?:[/?]|$)/i
const DEFAULT_PORTS = { http: 80, https: 443 }
const MAX_PORT = 65535

/** The record of a plain URL, as the state machine makes it; undefined for any other. */
function parsePlain(input) {
  const found = PLAIN.exec(input)
  if (found === null || SPECIAL.test(input)) return undefined
  const [, scheme, host, digits, path, query = null] = found
  const port = digits === undefined ? null : Number(digits)
  if (port === DEFAULT_PORTS[scheme] || port > MAX_PORT) return undefined
  const segments = path.slice(1).split('/')
  return { scheme, username: '', password: '', host, port, path: segments, query, fragment: null }
}

module.exports = {
  ...machine,
  basicURLParse(input, options = {}) {
    // A URL with a scheme and a host needs no base; the other options change a part of one.
    const isWhole = !options.url && !options.stateOverride
    return (isWhole && parsePlain(input)) || machine.basicURLParse(input, options)
  },
}
