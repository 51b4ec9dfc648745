/** `node:querystring`: Node's own code, as unenv has it. */
import * as querystring from 'unenv/node/querystring'

export default { ...querystring.default }
