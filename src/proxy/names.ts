/**
 * Names of hosts and their addresses, for as long as the name server says. What a name resolves to is an attacker's
 * choice: each address is checked when it is used.
 */
import { lookup, Resolver } from 'node:dns/promises'
import { EnclaveError } from '../base/error.ts'
import { readAddress } from './ranges.ts'

/** Seconds that an answer is used at least and at most, whatever the server says. */
const LEAST_TTL = 1
const MOST_TTL = 300
/** Seconds for an answer of the system, which has no time. */
const SYSTEM_TTL = 5
/** Names that are kept, and addresses of each. */
const MAX_NAMES = 1024
const MAX_ADDRESSES = 16
const TIMEOUT = 3000

/** Options of `Names`. */
export interface NamesOptions {
  /** Name servers, `ADDRESS` or `ADDRESS:PORT`. @default those of the system, then its own lookup, as of /etc/hosts */
  readonly servers?: readonly string[] | undefined
  /** Only addresses of this family. @default both */
  readonly family?: 4 | 6 | undefined
}

interface Known {
  readonly addresses: readonly string[]
  readonly until: number
}

export class Names {
  readonly #resolver: Resolver
  readonly #isOwn: boolean
  readonly #family: 4 | 6 | undefined
  readonly #known = new Map<string, Promise<Known>>()

  constructor({ servers, family }: NamesOptions = {}) {
    this.#resolver = new Resolver({ timeout: TIMEOUT, tries: 2 })
    this.#isOwn = servers !== undefined
    if (servers) this.#resolver.setServers([...servers])
    this.#family = family
  }

  /** The addresses of a name, at least one. @throws {EnclaveError} E_PROXY_NAME */
  async resolve(name: string): Promise<readonly string[]> {
    const before = await this.#known.get(name)?.catch(() => undefined)
    if (before && before.until > performance.now()) return before.addresses
    const asked = this.#ask(name)
    this.#known.delete(name)
    this.#known.set(name, asked)
    asked.catch(() => this.#known.get(name) === asked && this.#known.delete(name))
    if (this.#known.size > MAX_NAMES) this.#known.delete(this.#known.keys().next().value!)
    return (await asked).addresses
  }

  async #ask(name: string): Promise<Known> {
    const [four, six] = await Promise.allSettled([
      this.#family === 6 ? [] : this.#resolver.resolve4(name, { ttl: true }),
      this.#family === 4 ? [] : this.#resolver.resolve6(name, { ttl: true }),
    ])
    const found = [four, six].flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []))
    const records = found.length > 0 || this.#isOwn ? found : await this.#fromSystem(name)
    const addresses = records.flatMap(({ address }) => readAddress(address) ?? []).slice(0, MAX_ADDRESSES)
    if (addresses.length === 0) {
      const failed = [four, six].find((answer) => answer.status === 'rejected')
      throw noAddress(name, (failed?.reason as NodeJS.ErrnoException | undefined)?.code ?? 'no address')
    }
    const ttl = Math.min(...records.map((record) => record.ttl))
    return { addresses, until: performance.now() + 1000 * Math.min(Math.max(ttl, LEAST_TTL), MOST_TTL) }
  }

  async #fromSystem(name: string): Promise<{ address: string; ttl: number }[]> {
    const found = await lookup(name, { all: true, family: this.#family ?? 0 }).catch(() => [])
    return found.map(({ address }) => ({ address, ttl: SYSTEM_TTL }))
  }

  /** Ends what is under way. */
  close(): void {
    this.#resolver.cancel()
  }
}

/** The error for a name that does not resolve. */
export function noAddress(name: string, got: string): EnclaveError {
  return new EnclaveError('E_PROXY_NAME', { what: `the name ${name.slice(0, 100)} does not resolve`, got })
}
