/**
 * vsock connections and their streams for AssemblyScript: the core functions that the canonical ABI defines for the
 * interfaces of wit/, and classes that use them.
 */
import { area, setTarget } from './abi'

@external("qingtian:enclave/vsock@0.1.0", "[static]listener.listen")
declare function listenerListen(port: u32, backlog: u32, result: usize): void
@external("qingtian:enclave/vsock@0.1.0", "[method]listener.subscribe")
declare function listenerSubscribe(listener: i32): i32
@external("qingtian:enclave/vsock@0.1.0", "[method]listener.accept")
declare function listenerAccept(listener: i32, result: usize): void
@external("qingtian:enclave/vsock@0.1.0", "[method]connection.streams")
declare function connectionStreams(connection: i32, result: usize): void
@external("qingtian:enclave/vsock@0.1.0", "[resource-drop]connection")
declare function connectionDrop(connection: i32): void

@external("wasi:io/streams@0.2.0", "[method]input-stream.read")
declare function inputRead(input: i32, limit: u64, result: usize): void
@external("wasi:io/streams@0.2.0", "[method]input-stream.subscribe")
declare function inputSubscribe(input: i32): i32
@external("wasi:io/streams@0.2.0", "[resource-drop]input-stream")
declare function inputDrop(input: i32): void
@external("wasi:io/streams@0.2.0", "[method]output-stream.check-write")
declare function outputCheckWrite(output: i32, result: usize): void
@external("wasi:io/streams@0.2.0", "[method]output-stream.write")
declare function outputWrite(output: i32, bytes: usize, length: usize, result: usize): void
@external("wasi:io/streams@0.2.0", "[method]output-stream.subscribe")
declare function outputSubscribe(output: i32): i32
@external("wasi:io/streams@0.2.0", "[resource-drop]output-stream")
declare function outputDrop(output: i32): void
@external("wasi:io/error@0.2.0", "[resource-drop]error")
declare function errorDrop(error: i32): void

@external("wasi:io/poll@0.2.0", "poll")
declare function pollPoll(pollables: usize, count: usize, result: usize): void
@external("wasi:io/poll@0.2.0", "[resource-drop]pollable")
declare function pollableDrop(pollable: i32): void

/** Whether a stream call failed; `payload` is the offset of its error. */
function streamFailed(payload: usize): bool {
  if (load<u8>(area) == 0) return false
  const operationFailed = load<u8>(area + payload) == 0
  if (operationFailed) errorDrop(load<i32>(area + payload + 4))
  return true
}

/** Sleeps until at least one of `pollables` is ready; returns the indexes of those that are. */
export function poll(pollables: StaticArray<i32>, count: i32): StaticArray<u32> {
  const room = new StaticArray<u32>(count)
  setTarget(changetype<usize>(room), (count as usize) << 2)
  pollPoll(changetype<usize>(pollables), count, area)
  return StaticArray.slice<u32>(room, 0, load<i32>(area, 4))
}

/** A port that accepts connections from the parent instance. */
export class Listener {
  /** Ready while a connection waits. */
  readonly waiting: i32

  private constructor(private handle: i32) {
    this.waiting = listenerSubscribe(handle)
  }

  static listen(port: u32, backlog: u32): Listener | null {
    listenerListen(port, backlog, area)
    return load<u8>(area) ? null : new Listener(load<i32>(area, 4))
  }

  /** The oldest waiting connection, or null. */
  accept(): Connection | null {
    listenerAccept(this.handle, area)
    if (load<u8>(area)) return null
    const handle = load<i32>(area, 4)
    connectionStreams(handle, area)
    if (!load<u8>(area)) return new Connection(handle, load<i32>(area, 4), load<i32>(area, 8))
    connectionDrop(handle)
    return null
  }
}

/** An established connection. */
export class Connection {
  /** Ready when there is something to read, or the end. */
  readonly readable: i32
  /** Ready when there is room for a write. */
  readonly writable: i32

  constructor(private handle: i32, private input: i32, private output: i32) {
    this.readable = inputSubscribe(input)
    this.writable = outputSubscribe(output)
  }

  /** Reads into `buffer` without blocking; returns the number of bytes, or -1 at the end. */
  read(buffer: StaticArray<u8>): i32 {
    setTarget(changetype<usize>(buffer), buffer.length)
    inputRead(this.input, buffer.length, area)
    return streamFailed(4) ? -1 : load<i32>(area, 8)
  }

  /** Writes a part of `buffer` without blocking; returns the number of bytes written, or -1 if the peer has closed. */
  write(buffer: StaticArray<u8>, from: i32, to: i32): i32 {
    outputCheckWrite(this.output, area)
    if (streamFailed(8)) return -1
    const count = min<u64>(to - from, load<u64>(area, 8)) as i32
    if (count == 0) return 0
    outputWrite(this.output, changetype<usize>(buffer) + from, count, area)
    return streamFailed(4) ? -1 : count
  }

  /** Closes the connection. Its pollables must be dropped before its streams. */
  close(): void {
    pollableDrop(this.readable)
    pollableDrop(this.writable)
    inputDrop(this.input)
    outputDrop(this.output)
    connectionDrop(this.handle)
  }
}
