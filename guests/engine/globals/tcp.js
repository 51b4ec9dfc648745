/** TCP connections for `webclave/sdk`. The network's client is loaded with the first one: it is much code. */
export const openTcp = (destination, options) => require('./network.js').openTcp(destination, options)
