/** `node:punycode`. */
import * as punycode from 'unenv/node/punycode'

export default { ...(punycode.default ?? punycode) }
