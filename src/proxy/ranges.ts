/** IP addresses and ranges, and which addresses are not public (IANA's registries of special-purpose addresses). */
import { default as ipaddr } from 'ipaddr.js'

const { IPv4, IPv6 } = ipaddr
type Address = ipaddr.IPv4 | ipaddr.IPv6

/** The length of the longest address: six groups, and an IPv4 address for the last two. */
const MAX_LENGTH = 45

/** The address in its shortest form, IPv4 within IPv6 as IPv4; undefined for other text. */
export function readAddress(text: string): string | undefined {
  const address = parse(/^\[(.*)\]$/.exec(text)?.[1] ?? text)
  if (!(address instanceof IPv6)) return address?.toString()
  if (address.isIPv4MappedAddress()) return address.toIPv4Address().toString()
  const isOld = address.parts.slice(0, 6).every((part) => part === 0) && address.parts[6] !== 0
  return isOld ? `::${address.toByteArray().slice(-4).join('.')}` : address.toString()
}

function parse(text: string): Address | undefined {
  // A zone names an interface of this machine.
  if (text.length > MAX_LENGTH || text.includes('%')) return undefined
  // The library also reads octal, hexadecimal and short forms.
  if (!text.includes(':')) return IPv4.isValidFourPartDecimal(text) ? IPv4.parse(text) : undefined
  const groups = inGroups(text)
  return groups !== undefined && IPv6.isValid(groups) ? IPv6.parse(groups) : undefined
}

/** An IPv6 address with an IPv4 address at its end, in groups only: the library would take `::1.2.3.4` for `::ffff:1.2.3.4`. */
function inGroups(text: string): string | undefined {
  const from = text.lastIndexOf(':') + 1
  const end = text.slice(from)
  if (!end.includes('.')) return text
  if (!IPv4.isValidFourPartDecimal(end)) return undefined
  const [a, b, c, d] = IPv4.parse(end).octets as [number, number, number, number]
  return `${text.slice(0, from)}${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`
}

const bitsOf = (address: string) => (address.includes(':') ? 128 : 32)

/** All addresses with the same first bits. */
export class Range {
  readonly #first: Address
  readonly first: string
  /** The number of bits that they share. */
  readonly prefix: number

  private constructor(first: string, prefix: number) {
    this.first = first
    this.prefix = prefix
    this.#first = parse(first)!
  }

  /** The range `ADDRESS/PREFIX`, or of one address; undefined if it is neither. */
  static read(text: string): Range | undefined {
    const [written = '', bits, ...more] = text.split('/')
    const first = readAddress(written)
    if (first === undefined || more.length > 0) return undefined
    const most = bitsOf(first)
    if (bits === undefined) return new Range(first, most)
    // A range of IPv4 addresses within IPv6 would have another number of bits.
    if (!/^\d{1,3}$/.test(bits) || Number(bits) > most || (most === 32) === written.includes(':'))
      return undefined
    return new Range(first, Number(bits))
  }

  /** The number of addresses that it leaves out, as bits: more is narrower, for both families. */
  get narrowness(): number {
    return this.prefix + 128 - bitsOf(this.first)
  }

  /** Whether it has `address`, which `readAddress` has returned. */
  has(address: string): boolean {
    const other = parse(address)
    return other !== undefined && other.kind() === this.#first.kind() && other.match(this.#first, this.prefix)
  }

  /** Whether all addresses of `other` are in it. */
  covers(other: Range): boolean {
    return this.prefix <= other.prefix && this.has(other.first)
  }
}

const SPECIAL: readonly (readonly [range: Range, what: string])[] = (
  [
    ['0.0.0.0/8', 'this host'],
    ['10.0.0.0/8', 'private'],
    ['100.64.0.0/10', 'private'],
    ['127.0.0.0/8', 'loopback'],
    ['169.254.0.0/16', 'link-local, where clouds have their metadata'],
    ['172.16.0.0/12', 'private'],
    ['192.0.0.0/24', 'reserved'],
    ['192.0.2.0/24', 'reserved'],
    ['192.88.99.0/24', 'reserved'],
    ['192.168.0.0/16', 'private'],
    ['198.18.0.0/15', 'reserved'],
    ['198.51.100.0/24', 'reserved'],
    ['203.0.113.0/24', 'reserved'],
    ['224.0.0.0/4', 'multicast'],
    ['240.0.0.0/4', 'reserved'],
    ['::/128', 'this host'],
    ['::1/128', 'loopback'],
    ['::/96', 'an IPv4 address in an old form'],
    ['64:ff9b::/96', 'an IPv4 address behind a translator'],
    ['64:ff9b:1::/48', 'an IPv4 address behind a translator'],
    ['100::/64', 'reserved'],
    ['2001::/23', 'reserved'],
    ['2001:db8::/32', 'reserved'],
    ['2002::/16', 'an IPv4 address behind a relay'],
    ['3fff::/20', 'reserved'],
    ['5f00::/16', 'reserved'],
    ['fc00::/7', 'private'],
    ['fe80::/10', 'link-local'],
    ['fec0::/10', 'private'],
    ['ff00::/8', 'multicast'],
  ] as const
).map(([text, what]) => [Range.read(text)!, what] as const)

/** The range of addresses that are not public, and what they are, of `address`; undefined for a public one. */
export function specialRange(address: string): { readonly range: Range; readonly what: string } | undefined {
  const found = SPECIAL.find(([range]) => range.has(address))
  return found && { range: found[0], what: found[1] }
}
