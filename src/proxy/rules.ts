/**
 * The rules of a proxy: which destinations enclaves may reach. What no rule allows is refused. Of several rules the most
 * specific one decides: a name before a pattern, a narrow range before a wide one, one port before several; of equals, the
 * one that denies.
 */
import { EnclaveError } from '../base/error.ts'
import { Range, readAddress, specialRange } from './ranges.ts'

/** A destination: a host name or IP address, and a TCP port. */
export interface Destination {
  readonly address: string
  readonly port: number
}

/** `HOST:PORT`, an IPv6 address in brackets: also the rule for exactly this destination. */
export function hostAndPort({ address, port }: Destination): string {
  const host = readAddress(address) ?? address
  return `${host.includes(':') ? `[${host}]` : host}:${port}`
}

/** What the rules say, and the rule that decided, as it was written. */
export interface Verdict {
  readonly isAllowed: boolean
  readonly reason: string
}

interface Rule {
  readonly text: string
  readonly isAllowed: boolean
  readonly host: Range | NamePattern
  /** Larger is more specific; names and ranges are never compared. */
  readonly rank: readonly [host: number, ports: number]
  readonly ports: readonly [first: number, last: number]
}

const LABEL = /^(?!-)[a-z0-9_-]{1,63}(?<!-)$/
const LABEL_PATTERN = /^(?=.{1,63}$)[a-z0-9_-]*\*?[a-z0-9_-]*$/
const MAX_NAME = 253
const MAX_PORT = 65535
/** More than the number of literal characters of any pattern. */
const EXACT = 1000

/** Whether `name`, in lower case, can be the name of a host. Numbers alone are addresses of an old form. */
export function isHostName(name: string): boolean {
  const labels = name.split('.')
  return (
    name.length <= MAX_NAME && labels.every((label) => LABEL.test(label)) && /[a-z_-]/.test(labels.at(-1)!)
  )
}

/** A name in its usual form: in lower case, without the root's dot. */
export const normalName = (name: string): string => name.toLowerCase().replace(/\.$/, '')

/** Manifests are read once: their lists do not change. */
const readLists = new WeakMap<readonly string[], Rules>()

export class Rules {
  readonly #rules: readonly Rule[]

  /**
   * @param allow, deny `HOST:PORTS`: a host name, in each of whose labels one `*` may stand for any characters, an IP address or a range
   *   (`10.0.0.0/8`, `[fd00::]/8`); a port, a range of ports (`8000-8010`) or `*`.
   * @throws {EnclaveError} E_PROXY_RULE for one that cannot be read.
   */
  constructor(allow: readonly string[], deny: readonly string[] = []) {
    this.#rules = [...allow.map((text) => readRule(text, true)), ...deny.map((text) => readRule(text, false))]
  }

  /** Those that allow what `list` has, without what cannot be read. */
  static ofReadable(list: readonly string[]): Rules {
    const known = readLists.get(list)
    if (known) return known
    const rules = new Rules(list.filter(isRule))
    readLists.set(list, rules)
    return rules
  }

  /** Whether a destination may be reached, before its name is resolved. */
  forDestination({ address, port }: Destination): Verdict {
    const ip = readAddress(address)
    if (ip !== undefined) return this.#forAddress(ip, port)
    const name = normalName(address)
    const found = this.#decisive(({ host }) => host instanceof NamePattern && host.matches(name), port)
    return found ? verdict(found) : refused(`no rule allows ${name}:${port}`)
  }

  /** Whether an address, to which an allowed name has been resolved, may be connected to. */
  forResolved(address: string, port: number): Verdict {
    const found = this.#decisive(({ host }) => host instanceof Range && host.has(address), port)
    if (found && !found.isAllowed) return verdict(found)
    return (
      this.#forSpecial(address, port) ?? { isAllowed: true, reason: found?.text ?? 'its name is allowed' }
    )
  }

  #forAddress(address: string, port: number): Verdict {
    const found = this.#decisive(({ host }) => host instanceof Range && host.has(address), port)
    if (!found) return refused(`no rule allows ${address}:${port}`)
    return (found.isAllowed && this.#forSpecial(address, port)) || verdict(found)
  }

  /** An address that is not public must be listed as such: a range of all addresses does not mean this machine's own. */
  #forSpecial(address: string, port: number): Verdict | undefined {
    const special = specialRange(address)
    if (!special) return undefined
    const { range, what } = special
    const isListed = this.#decisive(
      ({ host, isAllowed }) => isAllowed && host instanceof Range && host.has(address) && range.covers(host),
      port,
    )
    if (isListed) return undefined
    return refused(`${address} is ${what}: no rule lists it or a range of such addresses`)
  }

  #decisive(isAbout: (rule: Rule) => boolean, port: number): Rule | undefined {
    let best: Rule | undefined
    for (const rule of this.#rules) {
      const [first, last] = rule.ports
      if (port < first || port > last || !isAbout(rule)) continue
      if (!best || isBefore(rule, best)) best = rule
    }
    return best
  }
}

/** @throws {EnclaveError} E_PROXY_DESTINATION */
export function assertDestination(destination: Destination): Destination {
  const { address, port } = destination
  const isPort = Number.isInteger(port) && port >= 1 && port <= MAX_PORT
  const isHost =
    typeof address === 'string' && (readAddress(address) !== undefined || isHostName(normalName(address)))
  if (isPort && isHost) return destination
  throw new EnclaveError('E_PROXY_DESTINATION', {
    what: 'the destination is invalid',
    expected: 'a host name or an IP address, and a port from 1 to 65535',
    got: `${String(address).slice(0, 100)}, ${port}`,
  })
}

/** @throws {EnclaveError} E_PROXY_NOT_ALLOWED with the rule that decided */
export function assertAllowed({ isAllowed, reason }: Verdict, { address, port }: Destination): void {
  if (isAllowed) return
  throw new EnclaveError('E_PROXY_NOT_ALLOWED', {
    what: 'The given address and port are not allowed',
    expected: 'a destination that the rules of the proxy allow',
    got: `${address}, ${port}`,
    hint: `the rule that decided: ${reason}`,
  })
}

/**
 * Checks a destination against what the manifest of the enclave’s image lists, which is measured.
 * @throws {EnclaveError} E_PROXY_DESTINATION, E_PROXY_NOT_ALLOWED
 */
export function assertAsked(asked: readonly string[], destination: Destination): void {
  assertDestination(destination)
  if (Rules.ofReadable(asked).forDestination(destination).isAllowed) return
  throw new EnclaveError('E_PROXY_NOT_ALLOWED', {
    what: 'The given address and port are not allowed',
    expected: `a destination in the manifest of the enclave’s image, which has ${asked.length === 0 ? 'none' : asked.join(', ').slice(0, 500)}`,
    got: `${destination.address}, ${destination.port}`,
    hint: 'list it in "destinations" of the manifest, and build the image again',
  })
}

const verdict = ({ isAllowed, text }: Rule): Verdict => ({ isAllowed, reason: text })
const refused = (reason: string): Verdict => ({ isAllowed: false, reason })

function isBefore({ rank: [host, ports], isAllowed }: Rule, { rank }: Rule): boolean {
  if (host !== rank[0]) return host > rank[0]
  if (ports !== rank[1]) return ports > rank[1]
  return !isAllowed
}

function isRule(text: string): boolean {
  try {
    readRule(text, true)
    return true
  } catch {
    return false
  }
}

/** @throws {EnclaveError} E_PROXY_RULE */
function readRule(text: string, isAllowed: boolean): Rule {
  const [, written = '', range] = /^(.+):([\d-]+|\*)$/.exec(text) ?? []
  const ports = range === undefined ? undefined : readPorts(range)
  if (!ports) throw badRule(text)
  const narrow = MAX_PORT - (ports[1] - ports[0])
  // In brackets as in a URL: `[fd00::]/8`.
  const host = Range.read(written.replace(/^\[(.*)\](?=\/|$)/, '$1'))
  if (host) return { text, isAllowed, host, ports, rank: [host.narrowness, narrow] }
  const name = normalName(written)
  if (name.length > MAX_NAME) throw badRule(text)
  const labels = name.split('.')
  const isPattern = name.includes('*') && labels.length > 1 && labels.every((one) => LABEL_PATTERN.test(one))
  // `*.com` is most of the world, and no pattern that somebody means.
  const isWide = labels.slice(-2).some((label) => label.includes('*') && labels.length < 3)
  if (!isHostName(name) && (!isPattern || isWide)) throw badRule(text)
  const literals = isPattern ? name.replace(/\*/g, '').length : EXACT
  return { text, isAllowed, host: new NamePattern(labels), ports, rank: [literals, narrow] }
}

/** A host name, in each of whose labels one `*` may stand for any characters. */
class NamePattern {
  readonly #labels: readonly (readonly [before: string, after: string | undefined])[]

  constructor(labels: readonly string[]) {
    this.#labels = labels.map((label) => {
      const [before = '', after] = label.split('*')
      return [before, after]
    })
  }

  matches(name: string): boolean {
    const labels = name.split('.')
    return (
      labels.length === this.#labels.length &&
      this.#labels.every(([before, after], at) => {
        const label = labels[at]!
        if (after === undefined) return label === before
        return (
          label.length >= before.length + after.length && label.startsWith(before) && label.endsWith(after)
        )
      })
    )
  }
}

function readPorts(text: string): readonly [number, number] | undefined {
  if (text === '*') return [1, MAX_PORT]
  const [first, last = first] =
    /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text)?.slice(1).filter(Boolean).map(Number) ?? []
  if (first === undefined || last === undefined || first < 1 || last > MAX_PORT || first > last)
    return undefined
  return [first, last]
}

function badRule(text: string): EnclaveError {
  return new EnclaveError('E_PROXY_RULE', {
    what: 'a rule of the proxy cannot be read',
    expected:
      'HOST:PORTS, such as kms.example.com:443, *.example.com:443, 10.0.0.0/8:8000-8010 or [fd00::]/8:*',
    got: text.slice(0, 100),
  })
}
