/**
 * For `whatwg-url`, which scripts/engine-script.ts lets load this instead of `tr46`: the tables of `tr46` are large, and
 * only a host that is not ASCII needs them.
 */

export const toASCII = (domain, options) => require('tr46').toASCII(domain, options)
