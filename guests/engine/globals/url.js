/** URL and URLSearchParams by `whatwg-url`, and URLPattern by `urlpattern-polyfill`; loaded on first use. */
import { withAbsent } from './absent.js'
import { inspect } from './console.js'
import { asInterface, showAs } from './define.js'

/** What console.log shows of a URL, in this order. */
const PARTS = [
  ...['href', 'origin', 'protocol', 'username', 'password', 'host', 'hostname', 'port', 'pathname', 'search'],
  ...['searchParams', 'hash'],
]

let loaded

/** The two classes of the URL Standard. */
export function urls() {
  if (loaded) return loaded
  loaded = withAbsent(() => require('whatwg-url'))
  showAs(loaded.URL, (url) => Object.fromEntries(PARTS.map((part) => [part, url[part]])))
  showAs(loaded.URLSearchParams, (parameters) => {
    const pairs = Array.from(parameters, ([name, value]) => `${inspect(name)} => ${inspect(value)}`)
    return pairs.length > 0 ? `{ ${pairs.join(', ')} }` : '{}'
  })
  return loaded
}

/** The class of the URL Pattern Standard. */
export function urlPattern() {
  const { URLPattern } = require('urlpattern-polyfill/urlpattern')
  asInterface({ URLPattern })
  return { URLPattern }
}
