/** `qt proxy`: the way of this user's enclaves to the network, and of the network to them; also as `vsock-proxy`. */
import { existsSync } from 'node:fs'
import type { EgressCounts } from '../../proxy/egress.ts'
import { type Command, type OptionValues, UsageError } from '../core/command.ts'
import { readText } from '../core/files.ts'
import { EXAMPLE, readProxyConfig, readPublish } from '../core/proxy-config.ts'
import { EMPTY, NITRO_ALLOWLIST, type ProxyConfig, RunningProxy, untilSignal } from '../core/run-proxy.ts'
import { printJson, printNote } from '../output/output.ts'

export const proxy: Command = {
  name: 'proxy',
  summary: 'relay connections of enclaves to hosts of the network that are allowed, and back',
  example: 'qt proxy -l 8000 -a kms.us-east-1.amazonaws.com -p 443',
  notes: [
    'As vsock-proxy: qt proxy LOCAL_PORT HOST PORT --config allowlist.yaml. Enclaves connect to CID 3, port LOCAL_PORT.',
    'Without HOST an enclave says where it wants to go, by HTTP CONNECT or SOCKS5; it needs rules that allow it.',
    'A configuration, read again on SIGHUP:',
    ...EXAMPLE.split('\n').map((line) => `  ${line}`),
  ],
  operands: ['[LOCAL_PORT]', '[HOST]', '[PORT]'],
  options: {
    listen: {
      type: 'string',
      short: 'l',
      value: 'PORT',
      integer: { min: 0, max: 0xffffffff },
      help: 'the vsock port of the parent instance, 8000 by default',
    },
    address: { type: 'string', short: 'a', value: 'HOST', help: 'the host to which connections go' },
    port: {
      type: 'string',
      short: 'p',
      value: 'PORT',
      integer: { min: 1, max: 65_535 },
      help: 'its TCP port',
    },
    allow: {
      type: 'string',
      multiple: true,
      value: 'HOST:PORTS',
      help: 'a rule for what enclaves may reach, such as *.example.com:443',
    },
    publish: {
      type: 'string',
      multiple: true,
      value: 'TCP:PORT',
      help: 'relay a TCP port of 127.0.0.1 to a vsock port of enclave 0, such as 8443:5000',
    },
    config: { type: 'string', short: 'c', value: 'FILE', help: 'YAML: what to listen on, rules and limits' },
    ipv4: { type: 'boolean', short: '4', excludes: ['ipv6'], help: 'only IPv4 addresses' },
    ipv6: { type: 'boolean', short: '6', help: 'only IPv6 addresses' },
    num_workers: {
      type: 'string',
      short: 'w',
      value: 'N',
      integer: { min: 1, max: 255 },
      help: 'has no effect',
    },
    'access-log': {
      type: 'boolean',
      help: 'print a JSON line for each connection on standard error, without payload',
    },
  },
  async run(options) {
    const log = options.flag('access-log') ? (entry: object) => printNote(JSON.stringify(entry)) : () => {}
    const family = options.flag('ipv4') ? 4 : options.flag('ipv6') ? 6 : undefined
    const config = await configOf(options)
    let running = await RunningProxy.start(config, { log, family })
    const { listen, publish } = config
    printJson({
      listening: [...listen.keys()],
      published: publish.map(({ host, tcpPort }) => `${host}:${tcpPort}`),
    })
    /** Those of all configurations: connections of earlier ones go on, if the rules still allow them. */
    const all = [running]
    let current = config
    const replace = async (next: ProxyConfig) => {
      // It cannot listen beside the old one.
      void running.close(Number.POSITIVE_INFINITY)
      running = await RunningProxy.start(next, { log, family })
      for (const earlier of all) earlier.followedBy(running)
      all.push(running)
    }
    const reload = async () => {
      try {
        const next = await configOf(options)
        RunningProxy.check(next)
        await replace(next).catch(async (error: unknown) => {
          await replace(current)
          throw error
        })
        current = next
        printNote('the configuration was read again')
      } catch (error) {
        printNote(`the configuration was not taken: ${(error as Error).message}`)
      }
    }
    let reloaded = Promise.resolve()
    const onHangup = () => {
      reloaded = reloaded.then(reload)
    }
    process.on('SIGHUP', onHangup)
    await untilSignal(async (patience) => {
      process.off('SIGHUP', onHangup)
      await reloaded
      await Promise.all(all.map((each) => each.close(patience)))
    })
    printJson(sumOf(all.map(({ counts }) => counts)))
    return 0
  },
}

function sumOf([first, ...others]: readonly EgressCounts[]): EgressCounts {
  const sum = { ...first! }
  for (const counts of others)
    for (const name of Object.keys(sum) as (keyof EgressCounts)[]) sum[name] += counts[name]
  return sum
}

/** What the words of the command line say, with the file. @throws {EnclaveError} */
async function configOf(options: OptionValues): Promise<ProxyConfig> {
  const [localPort, host, remotePort] = options.operands
  const isVsockProxy = options.operands.length > 0
  const path =
    options.text('config') ?? (isVsockProxy && existsSync(NITRO_ALLOWLIST) ? NITRO_ALLOWLIST : undefined)
  const file =
    path === undefined ? EMPTY : readProxyConfig(await readText(path, 'the configuration of the proxy'), path)
  const listen = new Map(file.listen)
  const address = host ?? options.text('address')
  const port = remotePort ?? options.text('port')
  if ((address === undefined) !== (port === undefined) || (isVsockProxy && port === undefined)) {
    throw new UsageError('E_USAGE_MISSING', {
      what: 'a destination has a host and a port',
      hint: `for example: ${proxy.example}`,
    })
  }
  const own = localPort ?? options.text('listen')
  if (address !== undefined) listen.set(Number(own ?? 8000), { address, port: Number(port) })
  else if (own !== undefined) listen.set(Number(own), 'any')
  const publish = [...file.publish, ...options.list('publish').map(readPublish)]
  if (listen.size === 0 && publish.length === 0) {
    throw new UsageError('E_USAGE_MISSING', {
      what: 'there is nothing to listen on',
      expected: '-l, -a and -p, --publish, or --config',
      hint: `for example: ${proxy.example}`,
    })
  }
  return { ...file, listen, allow: [...file.allow, ...options.list('allow')], publish }
}
