/** `node:diagnostics_channel`: unenv's. */
import * as channels from 'unenv/node/diagnostics_channel'

export default { ...channels.default }
