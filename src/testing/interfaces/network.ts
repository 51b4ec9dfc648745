/** webclave:network of the test enclave: the client of enclaves over its vsock. */
import { randomFillSync } from 'node:crypto'
import { createTls } from '../../kernel/tls.ts'
import {
  type ConnectOptions,
  type Destination,
  type NetworkHost,
  type OpenConnection,
  openConnection,
} from '../../network/index.ts'
import { connect } from '../../sdk/vsock.ts'
import { machine } from '../current.ts'
import type { Machine } from '../machine.ts'
import { file } from './engine.ts'
import { loweredCalls } from './lowered.ts'

function createHost({ options: { roots } }: Machine): NetworkHost {
  const operation = loweredCalls(createTls)
  return {
    open: connect,
    tls: {
      begin: operation('begin'),
      open: operation('open'),
      run: operation('run'),
      close: operation('close'),
    } as NetworkHost['tls'],
    random: (length) => randomFillSync(new Uint8Array(length)),
    later(callback, milliseconds) {
      const timer = setTimeout(callback, milliseconds).unref()
      return () => clearTimeout(timer)
    },
    manifest: () => ({ ...(roots !== undefined && { roots }) }),
    file,
  }
}

/** Each test enclave has its own sessions and root certificates. */
const hosts = new WeakMap<Machine, NetworkHost>()

export function openTcp(destination: Destination, options: ConnectOptions): Promise<OpenConnection> {
  const current = machine()
  const host = hosts.get(current) ?? createHost(current)
  hosts.set(current, host)
  return openConnection(host, destination, options)
}
