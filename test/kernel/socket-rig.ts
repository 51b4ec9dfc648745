/** The interface qingtian:enclave/vsock as the glue calls it, and the parent that it connects to. */
import { createVsock } from '../../src/kernel/vsock.ts'
import type { Connection as Far } from '../../src/vsock/connection.ts'
import { Rig } from './rig.ts'

export interface Input extends Disposable {
  read(length: bigint): Uint8Array
  subscribe(): { ready(): boolean }
}
export interface Output extends Disposable {
  checkWrite(): bigint
  write(bytes: Uint8Array): void
}
export interface Near extends Disposable {
  subscribe(): { ready(): boolean }
  streams(): [Input, Output]
  localAddress(): { cid: number; port: number }
  remoteAddress(): { cid: number; port: number }
  shutdown(how: string): void
}
export interface Port extends Disposable {
  subscribe(): { ready(): boolean }
  accept(): Near
  localAddress(): { cid: number; port: number }
}
export interface Vsock {
  Connection: { connect(address: { cid: number; port: number }): Near }
  Listener: { listen(port: number, backlog: number): Port }
  localCid(): number
}

/** The interface, and its parent. */
export interface SocketRig {
  rig: Rig
  calls: Vsock
  connect(port?: number, cid?: number): Near
  /** An established connection, and the parent's end of it. */
  connected(): { near: Near; far: Far }
}

/** The interface of an enclave whose parent listens on port 8000. */
export function vsock(): SocketRig {
  const rig = new Rig()
  const far: Far[] = []
  rig.listening.set(8000, { hasRoom: () => true, accept: (connection) => void far.push(connection) })
  const calls = createVsock(rig.link, rig.poll, rig.streams) as unknown as Vsock
  const connect = (port = 8000, cid = 3) => calls.Connection.connect({ cid, port })
  const connected = () => {
    const near = connect()
    rig.link.pump()
    return { near, far: far.at(-1)! }
  }
  return { rig, calls, connect, connected }
}
