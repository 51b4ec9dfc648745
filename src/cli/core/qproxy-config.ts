/**
 * The configuration of QingTian's qproxy (HW-1425): TOML with the hosts to which an enclave's connections go, and where the
 * log is. Inbound connections have no documented form here; `qt proxy --publish` relays them.
 */
import { join } from 'node:path'
import { parse, TomlError } from 'smol-toml'
import { isHost, MAX_TCP, MAX_VSOCK } from './proxy-config.ts'
import { badFile, checkLength, Setting } from './proxy-setting.ts'
import { EMPTY, type ProxyConfig, type Target } from './run-proxy.ts'

export const QPROXY_EXAMPLE = `[[outbound_connections]]
hostname = "kms.cn-north-4.myhuaweicloud.com"
vsock_port = 8000
tcp_port = 443

[log_location]
host_log = "host.log"
host_log_dir = "/var/log/qproxy"
log_level = "info"`

/** From none to all; those of Rust's `log`, with which qproxy is written. */
export const LOG_LEVELS = ['off', 'error', 'warn', 'info', 'debug', 'trace'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

export interface QproxyConfig {
  readonly proxy: ProxyConfig
  /** The file of the log; undefined for standard error. */
  readonly logFile: string | undefined
  readonly logLevel: LogLevel
}

const HELP = 'qt qproxy host --help'
const CONNECTION = ['hostname', 'vsock_port', 'tcp_port']
const LOG = ['host_log', 'enclave_log', 'log_level', 'host_log_dir', 'enclave_log_dir']
const TABLES = '[[outbound_connections]] tables'

/** @throws {EnclaveError} E_PROXY_CONFIG, with the file, and the line if it is not TOML. */
export function readQproxyConfig(text: string, file: string): QproxyConfig {
  const config = readToml(text, file)
  const inbound = config.keys().find((key) => key.startsWith('inbound'))
  if (inbound !== undefined) {
    const expected = 'only outbound_connections; qt proxy --publish TCP:PORT relays connections to an enclave'
    throw config.at(inbound).bad(`${inbound} cannot be relayed`, expected)
  }
  config.onlyHas(['outbound_connections', 'log_location'])
  return { proxy: { ...EMPTY, listen: readConnections(config) }, ...readLog(config.at('log_location')) }
}

function readConnections(config: Setting): ReadonlyMap<number, Target> {
  const list = config.at('outbound_connections')
  const connections = list.items(TABLES)
  if (connections.length === 0)
    throw list.isGiven ? list.invalid(`one or more ${TABLES}`, 'none') : list.wrong(TABLES)
  const listen = new Map<number, Target>()
  for (const connection of connections) {
    connection.onlyHas(CONNECTION)
    const host = (text: string) => (isHost(text) ? text : undefined)
    const address = connection.at('hostname').text(host, 'a host name or an IP address, without a port')
    const vsockPort = connection.at('vsock_port')
    const port = vsockPort.whole(0, MAX_VSOCK)
    if (listen.has(port)) throw vsockPort.invalid('a port that no other connection has', `${port} again`)
    listen.set(port, { address, port: connection.at('tcp_port').whole(1, MAX_TCP) })
  }
  return listen
}

/** The enclave's part is checked too, so that the same file serves both ends. */
function readLog(log: Setting): Omit<QproxyConfig, 'proxy'> {
  log.onlyHas(LOG)
  const optional = <Result>(key: string, read: (text: string) => Result | undefined, expected: string) =>
    log.at(key).isGiven ? log.at(key).text(read, expected) : undefined
  const name = (text: string) => text || undefined
  const file = optional('host_log', name, 'a file name') ?? 'host.log'
  const folder = optional('host_log_dir', name, 'a folder')
  optional('enclave_log', name, 'a file name')
  optional('enclave_log_dir', name, 'a folder')
  const level = (text: string) => LOG_LEVELS.find((each) => each === text.toLowerCase())
  return {
    logFile: folder === undefined ? undefined : join(folder, file),
    logLevel: optional('log_level', level, LOG_LEVELS.join(', ')) ?? 'info',
  }
}

function readToml(text: string, name: string): Setting {
  checkLength(text, name, HELP)
  try {
    return new Setting({ name, help: HELP, positionOf: () => '' }, parse(text))
  } catch (error) {
    if (!(error instanceof TomlError)) throw error
    const [message = ''] = error.message.split('\n')
    const why = message.replace('Invalid TOML document: ', '')
    throw badFile(`${name}, line ${error.line}, column ${error.column}: not valid TOML: ${why}`, HELP)
  }
}
