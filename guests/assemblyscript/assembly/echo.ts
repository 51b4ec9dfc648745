/** Echoes every connection to vsock port 5000, several at a time, until the enclave is stopped. */
import { Connection, Listener, poll } from './vsock'

// The canonical ABI's allocator must be exported by the module.
export { cabi_realloc } from './abi'

const PORT: u32 = 5000
const BACKLOG: u32 = 16
const BUFFER: i32 = 65536

/** One connection. Its buffer keeps received bytes until they are sent back, and nothing more is read meanwhile. */
class Echo {
  private buffer: StaticArray<u8> = new StaticArray<u8>(BUFFER)
  private sent: i32 = 0
  private length: i32 = 0

  constructor(private connection: Connection) {}

  get awaited(): i32 {
    return this.length ? this.connection.writable : this.connection.readable
  }

  /** Does everything that does not block; returns false when the connection is over. */
  advance(): bool {
    if (this.length == 0) this.length = this.connection.read(this.buffer)
    if (this.length < 0) return false
    const count = this.connection.write(this.buffer, this.sent, this.length)
    if (count < 0) return false
    this.sent += count
    if (this.sent == this.length) this.sent = this.length = 0
    return true
  }

  close(): void {
    this.connection.close()
  }
}

/** The application; world-exports.js gives the export its full name. */
export function run(): i32 {
  const listener = Listener.listen(PORT, BACKLOG)
  if (!listener) return 1
  const echoes: Echo[] = []
  while (true) {
    const awaited = new StaticArray<i32>(echoes.length + 1)
    for (let at = 0; at < echoes.length; at++) awaited[at] = echoes[at].awaited
    awaited[echoes.length] = listener.waiting
    const ready = poll(awaited, awaited.length)
    // In reverse order, so that ending one does not move those still to be handled.
    for (let at = ready.length - 1; at >= 0; at--) {
      const index = ready[at]
      if (index == awaited.length - 1) {
        const connection = listener.accept()
        if (connection) echoes.push(new Echo(connection))
      } else if (!echoes[index].advance()) {
        echoes[index].close()
        echoes.splice(index, 1)
      }
    }
  }
}
