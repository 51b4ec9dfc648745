/**
 * The configuration of `qt proxy`: YAML with the lists of `webclave/proxy` and what to listen on; or the allowlist of AWS's
 * vsock-proxy. An unknown key is rejected, with its line: a misspelt one may hide a rule that denies.
 */
import { Resolver } from 'node:dns'
import { isMap, isNode, isScalar, isSeq, LineCounter, parseDocument, visit } from 'yaml'
import { EnclaveError } from '../../base/error.ts'
import { readAddress } from '../../proxy/ranges.ts'
import { hostAndPort, isHostName, normalName, Rules } from '../../proxy/rules.ts'
import { badFile, checkLength, Setting, type SettingPath } from './proxy-setting.ts'
import type { Published } from './published-ports.ts'
import { LIMITS, type ProxyConfig, type Target } from './run-proxy.ts'

export const EXAMPLE = `listen: {8000: "kms.us-east-1.amazonaws.com:443", 8080: any}
allow: ["*.example.com:443", "10.0.0.0/8:5432"]
deny: ["internal.example.com:*"]
publish: ["127.0.0.1:8443 -> 0:5000"]`

const KEYS = ['listen', 'allow', 'deny', 'nameServers', 'publish', ...Object.keys(LIMITS), 'allowlist']
const HELP = 'qt proxy --help'
export const MAX_VSOCK = 0xffffffff
export const MAX_TCP = 65_535
/** Seconds. */
const MAX_LIMIT = 86_400
const RULE = 'HOST:PORTS, such as kms.example.com:443, *.example.com:443 or 10.0.0.0/8:*'
const PUBLISH = /^(?:([\d.]+|\[[\da-fA-F:]+\]|localhost):)?(\d{1,5})\s*->\s*(?:(\d{1,6}):)?(\d{1,10})$/

/** @throws {EnclaveError} E_PROXY_CONFIG, with the file and the line. */
export function readProxyConfig(text: string, file: string): ProxyConfig {
  const config = readYaml(text, file)
  config.onlyHas(KEYS)
  const rules = (key: string) =>
    config
      .at(key)
      .items('rules')
      .map((rule) => rule.text(readRule, RULE))
  const servers = config.at('nameServers')
  const limit = (name: keyof typeof LIMITS, least: number) =>
    config.at(name).isGiven ? config.at(name).whole(least, MAX_LIMIT) : LIMITS[name]
  return {
    listen: readListen(config.at('listen')),
    allow: [...rules('allow'), ...config.at('allowlist').items('address and port').map(readAllowed)],
    deny: rules('deny'),
    ...(servers.isGiven && {
      nameServers: servers
        .items('addresses')
        .map((one) => one.text(readNameServer, 'ADDRESS or ADDRESS:PORT')),
    }),
    publish: config
      .at('publish')
      .items('ports')
      .map((one) => one.text(readPublished, '127.0.0.1:8443 -> 0:5000')),
    connections: limit('connections', 1),
    connectionRate: limit('connectionRate', 0),
    connectTimeout: limit('connectTimeout', 1),
    idleTimeout: limit('idleTimeout', 0),
  }
}

/** Whether a text is a host name or an IP address. */
export const isHost = (text: string): boolean =>
  readAddress(text) !== undefined || isHostName(normalName(text))

/** `TCP_PORT:PORT` of the command line. @throws {EnclaveError} E_PROXY_CONFIG */
export function readPublish(text: string): Published {
  const published = readPublished(text.replace(':', ' -> '))
  if (published) return published
  throw new EnclaveError('E_PROXY_CONFIG', {
    what: 'a published port is invalid',
    expected: '--publish 8443:5000',
    got: text.slice(0, 80),
  })
}

function readListen(listen: Setting): ReadonlyMap<number, Target> {
  const ports = listen.keys().map((key) => {
    if (!/^\d{1,10}$/.test(key) || Number(key) > MAX_VSOCK)
      throw listen.at(key).invalid(`a vsock port from 0 to ${MAX_VSOCK}`, key.slice(0, 80))
    return [Number(key), listen.at(key).text(readTarget, 'HOST:PORT, or any')] as const
  })
  return new Map(ports)
}

function readTarget(text: string): Target | undefined {
  if (text === 'any') return 'any'
  const [, address = '', digits] = /^(.{1,300}):(\d{1,5})$/.exec(text) ?? []
  const port = Number(digits)
  return isHost(address) && port >= 1 && port <= MAX_TCP ? { address, port } : undefined
}

/** An entry of vsock-proxy's allowlist, as a rule. */
function readAllowed(entry: Setting): string {
  entry.onlyHas(['address', 'port'])
  const host = (text: string) => (isHost(text) ? text : undefined)
  const address = entry.at('address').text(host, 'a host name or an IP address')
  return hostAndPort({ address, port: entry.at('port').whole(1, MAX_TCP) })
}

function readRule(text: string): string | undefined {
  try {
    return new Rules([text]) && text
  } catch {
    return undefined
  }
}

function readNameServer(text: string): string | undefined {
  try {
    new Resolver().setServers([text])
    return text
  } catch {
    return undefined
  }
}

/** `[HOST:]TCP_PORT -> [ENCLAVE:]PORT` */
function readPublished(text: string): Published | undefined {
  const [, host = '127.0.0.1', tcpPort, enclave = '0', port] = PUBLISH.exec(text) ?? []
  if (port === undefined || Number(tcpPort) > MAX_TCP || Number(port) > MAX_VSOCK) return undefined
  const bare = host.replace(/^\[(.*)\]$/, '$1')
  return { host: bare, tcpPort: Number(tcpPort), enclave: Number(enclave), port: Number(port) }
}

/** Reads YAML without aliases, in which no key is given twice. @throws {EnclaveError} E_PROXY_CONFIG */
function readYaml(text: string, name: string): Setting {
  checkLength(text, name, HELP)
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines })
  const at = (offset: number | undefined) => {
    if (offset === undefined) return ''
    const { line, col } = lines.linePos(offset)
    return `, line ${line}, column ${col}`
  }
  const bad = (what: string, offset: number | undefined) => badFile(`${name}${at(offset)}: ${what}`, HELP)
  const [fault] = document.errors
  if (fault) {
    const [message = ''] = fault.message.split('\n')
    throw bad(`not valid YAML: ${message.replace(/ at line \d+, column \d+:?$/, '')}`, fault.pos[0])
  }
  visit(document, {
    Alias: (_, { source, range }) => {
      throw bad(`the alias *${source} is not read: write its value`, range?.[0])
    },
    Map: (_, { items, range }) => {
      const keys = new Set<string>()
      for (const { key } of items) {
        if (!isScalar(key)) throw bad('a key is a text or a number', range?.[0])
        // The parser takes 8000 and "8000" for two keys.
        if (keys.has(`${key.value}`)) throw bad(`the key ${key.value} is given twice`, key.range?.[0])
        keys.add(`${key.value}`)
      }
    },
  })
  const positionOf = (path: SettingPath) => {
    let node: unknown = document.contents
    let offset: number | undefined
    for (const part of path) {
      const pair = isMap(node)
        ? node.items.find(({ key }) => isScalar(key) && `${key.value}` === part)
        : undefined
      const place = pair?.key ?? (isSeq(node) ? node.items[Number(part)] : undefined)
      offset = isNode(place) ? place.range?.[0] : offset
      node = pair?.value ?? place
    }
    return at(offset)
  }
  const value: unknown = document.toJS()
  return new Setting({ name, help: HELP, positionOf }, value)
}
