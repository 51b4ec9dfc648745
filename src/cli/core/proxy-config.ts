/**
 * The configuration of `qt proxy`: YAML with the lists of `webclave/proxy` and what to listen on; or the allowlist of AWS's
 * vsock-proxy. An unknown member is rejected, with its line: a misspelt one may hide a rule that denies.
 */
import { LineCounter, parseDocument } from 'yaml'
import { EnclaveError } from '../../base/error.ts'
import { readAllowlist } from '../../proxy/allowlist.ts'
import { hostAndPort } from '../../proxy/rules.ts'
import { nearest } from './nearest.ts'

/** Where connections to a vsock port of the parent go: one destination, or where the enclave wants. */
export type Target = 'any' | { readonly address: string; readonly port: number }

/** A TCP port of this machine that is relayed to a port of an enclave. */
export interface Published {
  readonly host: string
  readonly tcpPort: number
  readonly enclave: number
  readonly port: number
}

export interface ProxyConfig {
  readonly listen: ReadonlyMap<number, Target>
  readonly allow: readonly string[]
  readonly deny: readonly string[]
  readonly nameServers?: readonly string[]
  readonly publish: readonly Published[]
  readonly connections: number
  /** Seconds. */
  readonly connectTimeout: number
  readonly idleTimeout: number
}

export const EXAMPLE = `listen: {8000: "kms.us-east-1.amazonaws.com:443", 8080: any}
allow: ["*.example.com:443", "10.0.0.0/8:5432"]
deny: ["internal.example.com:*"]
publish: ["127.0.0.1:8443 -> 0:5000"]`

const MEMBERS = [
  'listen',
  'allow',
  'deny',
  'nameServers',
  'publish',
  'connections',
  'connectTimeout',
  'idleTimeout',
]
const MAX_TEXT = 1 << 20
const MAX_VSOCK = 0xffffffff
const PUBLISH = /^(?:([\d.]+|\[[\da-fA-F:]+\]|localhost):)?(\d{1,5})\s*->\s*(?:(\d{1,6}):)?(\d{1,10})$/

/** Defaults of the limits. */
export const LIMITS = { connections: 512, connectTimeout: 10, idleTimeout: 0 } as const

/** @throws {EnclaveError} E_PROXY_CONFIG, with the line; E_PROXY_ALLOWLIST for the list of vsock-proxy. */
export function readProxyConfig(text: string): ProxyConfig {
  if (text.length > MAX_TEXT)
    throw bad('the configuration of the proxy is too long', `${text.length} characters`)
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true })
  const [fault] = document.errors
  if (fault) throw bad('the configuration of the proxy is not valid YAML', fault.message.split('\n')[0]!)
  const value = document.toJS({ maxAliasCount: 0 }) as Record<string, unknown> | null
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw bad(
      'the configuration of the proxy has the wrong type',
      Array.isArray(value) ? 'a list' : typeof value,
    )
  /** The line of a member. */
  const at = (name: string) => {
    const pair = (document.contents as { items?: { key: { value?: unknown; range?: number[] } }[] }).items
    const range = pair?.find(({ key }) => key.value === name)?.key.range
    return range ? `line ${lines.linePos(range[0]!).line}: ${name}` : name
  }
  const unknown = Object.keys(value).find((name) => !MEMBERS.includes(name) && name !== 'allowlist')
  if (unknown !== undefined) {
    const near = nearest(unknown, MEMBERS)
    throw bad(`the configuration of the proxy has an unknown member`, at(unknown), near && `perhaps ${near}`)
  }
  const list = (name: string): readonly string[] => {
    const items = value[name] ?? []
    if (Array.isArray(items) && items.every((item) => typeof item === 'string')) return items
    throw bad('a member of the configuration is not a list of texts', at(name))
  }
  const number = (name: keyof typeof LIMITS, least: number): number => {
    const given = value[name] ?? LIMITS[name]
    if (typeof given === 'number' && Number.isInteger(given) && given >= least && given <= 86_400)
      return given
    throw bad('a limit of the configuration is invalid', at(name), `a whole number from ${least} to 86400`)
  }
  return {
    listen: readListen(value['listen'] ?? {}, at('listen')),
    allow: [
      ...list('allow'),
      ...(value['allowlist'] === undefined ? [] : readAllowlist(text).map(hostAndPort)),
    ],
    deny: list('deny'),
    ...(value['nameServers'] !== undefined && { nameServers: list('nameServers') }),
    publish: list('publish').map((text) => readPublish(text, at('publish'))),
    connections: number('connections', 1),
    connectTimeout: number('connectTimeout', 1),
    idleTimeout: number('idleTimeout', 0),
  }
}

function readListen(value: unknown, place: string): ReadonlyMap<number, Target> {
  const expected = 'a map of vsock ports to HOST:PORT or any'
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw bad('listen is invalid', place, expected)
  return new Map(
    Object.entries(value).map(([port, target]) => {
      if (!/^\d{1,10}$/.test(port) || Number(port) > MAX_VSOCK || typeof target !== 'string')
        throw bad('listen is invalid', `${place}, ${port}`, expected)
      return [Number(port), readTarget(target, `${place}, ${port}`)] as const
    }),
  )
}

/** @throws {EnclaveError} E_PROXY_CONFIG */
export function readTarget(text: string, place: string): Target {
  if (text === 'any') return 'any'
  const [, address, port] = /^(.{1,300}):(\d{1,5})$/.exec(text) ?? []
  if (address !== undefined) return { address, port: Number(port) }
  throw bad('a destination of the configuration is invalid', place, 'HOST:PORT, or any')
}

/** `[HOST:]TCP_PORT -> [ENCLAVE:]PORT`. @throws {EnclaveError} E_PROXY_CONFIG */
export function readPublish(text: string, place: string): Published {
  const [, host = '127.0.0.1', tcpPort, enclave = '0', port] = PUBLISH.exec(text) ?? []
  if (port !== undefined && Number(tcpPort) <= 65_535 && Number(port) <= MAX_VSOCK)
    return {
      host: host.replace(/^\[(.*)\]$/, '$1'),
      tcpPort: Number(tcpPort),
      enclave: Number(enclave),
      port: Number(port),
    }
  throw bad('a published port is invalid', `${place}: ${text.slice(0, 80)}`, '127.0.0.1:8443 -> 0:5000')
}

function bad(what: string, got: string, expected?: string): EnclaveError {
  return new EnclaveError('E_PROXY_CONFIG', {
    what,
    ...(expected !== undefined && { expected }),
    got,
    hint: 'qt proxy --help shows an example',
  })
}
