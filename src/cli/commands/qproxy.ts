/** `qt qproxy`: QingTian's network proxy on the parent instance (HW-1425); also as `qproxy`. */

import { hostAndPort } from '../../proxy/rules.ts'
import { type Command, type OptionSpec, type OptionValues, UsageError } from '../core/command.ts'
import { readText } from '../core/files.ts'
import { QPROXY_EXAMPLE, type QproxyConfig, readQproxyConfig } from '../core/qproxy-config.ts'
import { QproxyHost } from '../core/qproxy-host.ts'
import { openLog } from '../core/qproxy-log.ts'
import { RunningProxy, untilSignal } from '../core/run-proxy.ts'
import { printJson, printNote } from '../output/output.ts'

const CONFIG: OptionSpec = { type: 'string', value: 'FILE', help: 'TOML: where connections go, and the log' }
const MIN_CID = 4
const MAX_CID = 0xfffffffe

export const qproxyHost: Command = {
  name: 'qproxy host',
  summary: 'relay the connections of the enclave with this CID to the hosts of a TOML file',
  example: 'qt qproxy host --config=config_qproxy.toml 4',
  notes: [
    'The enclave connects to CID 3 and a vsock_port; it may start later, and no other enclave reaches the proxy.',
    'Only the hosts and ports of the file are reached. A name that resolves to a private address is refused: list the',
    'address itself. A configuration:',
    ...QPROXY_EXAMPLE.split('\n').map((line) => line && `  ${line}`),
    'The log is host_log in the folder host_log_dir, a JSON line for each connection, without payload; without',
    'host_log_dir it is printed on standard error. log_level: off, error or warn (connections that were refused or failed),',
    'info (all; the default), debug and trace (as info). enclave_log and enclave_log_dir have no effect here.',
  ],
  operands: ['CID'],
  options: { config: CONFIG },
  async run(options) {
    const cid = readCid(options)
    const { proxy, ...logging } = await configOf(options.text('config'), qproxyHost)
    using log = openLog(logging, printNote)
    const host = await QproxyHost.start({ cid, config: proxy, log: log.write, note: printNote })
    printJson({ cid, listening: [...proxy.listen.keys()], log: logging.logFile ?? 'standard error' })
    await untilSignal((patience) => host.close(patience), host.failed)
    printJson(host.counts)
    return 0
  },
}

export const qproxyCheckConfig: Command = {
  name: 'qproxy check-config',
  summary: 'check the TOML file of qproxy, and show what it says',
  example: 'qt qproxy check-config config_qproxy.toml',
  notes: [
    'The file is also given as --config=FILE. Names are not resolved. qt qproxy host --help shows an example.',
  ],
  operands: ['[FILE]'],
  options: { config: CONFIG },
  async run(options) {
    const [operand] = options.operands
    if (operand !== undefined && options.text('config') !== undefined) {
      throw new UsageError('E_USAGE_CONFLICT', {
        what: 'FILE and --config exclude each other',
        expected: 'one of the two',
        hint: `for example: ${qproxyCheckConfig.example}`,
      })
    }
    const file = operand ?? options.text('config')
    const { proxy, logFile, logLevel } = await configOf(file, qproxyCheckConfig)
    RunningProxy.check(proxy)
    printJson({
      outbound: [...proxy.listen].map(([port, target]) => ({
        vsockPort: port,
        to: target === 'any' ? target : hostAndPort(target),
      })),
      log: logFile ?? 'standard error',
      logLevel,
    })
    return 0
  },
}

export const qproxyEnclave: Command = {
  name: 'qproxy enclave',
  summary: 'not here: an enclave of webclave connects without qproxy',
  example: 'qt qproxy enclave --config=config_qproxy.toml',
  operands: ['[CID]'],
  options: { config: CONFIG },
  async run() {
    throw new UsageError('E_USAGE', {
      what: 'qproxy enclave runs within an image of QingTian, and webclave has no such program',
      expected: 'qproxy host, on the parent instance',
      hint: 'in an enclave of webclave the program itself connects to a vsock_port, with connect or fetch of webclave/sdk',
    })
  },
}

function readCid({ operands: [cid = ''] }: OptionValues): number {
  if (/^\d{1,10}$/.test(cid) && Number(cid) >= MIN_CID && Number(cid) <= MAX_CID) return Number(cid)
  throw new UsageError('E_USAGE', {
    what: 'invalid CID',
    expected: `a whole number from ${MIN_CID} to ${MAX_CID}`,
    got: cid || 'nothing',
    hint: `qt enclave query shows it; for example: ${qproxyHost.example}`,
  })
}

async function configOf(file: string | undefined, { example }: Command): Promise<QproxyConfig> {
  if (file !== undefined) return readQproxyConfig(await readText(file, 'the configuration of qproxy'), file)
  throw new UsageError('E_USAGE_MISSING', {
    what: 'missing necessary argument --config',
    hint: `for example: ${example}`,
  })
}
