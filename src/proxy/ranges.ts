/** IP addresses and ranges, and which addresses are not public (IANA's registries of special-purpose addresses). */
import { BlockList, isIP, SocketAddress } from 'node:net'

type Family = 'ipv4' | 'ipv6'

/** The address in its shortest form, IPv4 within IPv6 as IPv4; undefined for other text. */
export function readAddress(text: string): string | undefined {
  const bare = /^\[(.*)\]$/.exec(text)?.[1] ?? text
  // A zone names an interface of this machine.
  if (isIP(bare) === 0 || bare.includes('%')) return undefined
  const { address } = new SocketAddress({ address: bare, family: familyOf(bare) })
  return /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(address)?.[1] ?? address
}

const familyOf = (address: string): Family => (address.includes(':') ? 'ipv6' : 'ipv4')
const BITS: Readonly<Record<Family, number>> = { ipv4: 32, ipv6: 128 }

/** All addresses with the same first bits. */
export class Range {
  readonly #list = new BlockList()
  readonly #family: Family
  readonly first: string
  /** The number of bits that they share. */
  readonly prefix: number

  private constructor(first: string, prefix: number) {
    this.first = first
    this.prefix = prefix
    this.#family = familyOf(first)
    this.#list.addSubnet(first, prefix, this.#family)
  }

  /** The range `ADDRESS/PREFIX`, or of one address; undefined if it is neither. */
  static read(text: string): Range | undefined {
    const [written = '', bits, ...more] = text.split('/')
    const first = readAddress(written)
    if (first === undefined || more.length > 0) return undefined
    const most = BITS[familyOf(first)]
    if (bits === undefined) return new Range(first, most)
    // A range of IPv4 addresses within IPv6 would have another number of bits.
    if (!/^\d{1,3}$/.test(bits) || Number(bits) > most || (most === 32) === written.includes(':'))
      return undefined
    return new Range(first, Number(bits))
  }

  /** The number of addresses that it leaves out, as bits: more is narrower, for both families. */
  get narrowness(): number {
    return this.prefix + 128 - BITS[this.#family]
  }

  /** Whether it has `address`, which `readAddress` has returned. */
  has(address: string): boolean {
    return familyOf(address) === this.#family && this.#list.check(address, this.#family)
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
