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
import { file } from './engine.ts'
import { loweredCalls } from './lowered.ts'

const operation = loweredCalls(createTls)

const host: NetworkHost = {
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
  manifest: () => ({ ...(machine().options.roots !== undefined && { roots: machine().options.roots }) }),
  file,
}

export const openTcp = (destination: Destination, options: ConnectOptions): Promise<OpenConnection> =>
  openConnection(host, destination, options)
