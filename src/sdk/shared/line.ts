/** Frames over a connection of vsock, within a time. */
import type { Bytes } from '../../base/bytes.ts'
import { concatBytes } from '../../base/bytes.ts'
import { EnclaveError } from '../../base/error.ts'
import { type Frame, type Kind, readFrame, writeFrame } from '../../shared/wire/frames.ts'
import type { Socket } from '../vsock.ts'

export class Line {
  readonly #socket: Socket

  constructor(socket: Socket) {
    this.#socket = socket
  }

  /** @throws {EnclaveError} E_SHARED_FRAME @throws {VsockError} */
  receive<Expected extends Kind>(...kinds: readonly Expected[]): Promise<Frame & { kind: Expected }> {
    return readFrame((length) => this.#read(length), ...kinds)
  }

  /** @throws {VsockError} */
  send(kind: Kind, body?: Uint8Array): Promise<void> {
    return this.#socket.write(writeFrame(kind, body))
  }

  async #read(length: number): Promise<Bytes> {
    const pieces: Bytes[] = []
    for (let left = length; left > 0; ) {
      const piece = await this.#socket.read(left)
      if (!piece) break
      pieces.push(piece)
      left -= piece.length
    }
    return concatBytes(...pieces)
  }
}

/**
 * What `act` gives within `milliseconds`; the connection is closed then, however it ends.
 * @throws {EnclaveError} E_SHARED_TIMEOUT; what `act` throws.
 */
export async function within<Result>(
  milliseconds: number,
  socket: Socket,
  act: (line: Line) => Promise<Result>,
): Promise<Result> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(timedOut(milliseconds)), milliseconds)
  })
  try {
    return await Promise.race([act(new Line(socket)), late])
  } finally {
    clearTimeout(timer)
    socket.close()
  }
}

export function timedOut(milliseconds: number, cause?: unknown): EnclaveError {
  return new EnclaveError('E_SHARED_TIMEOUT', {
    what: 'the exchange of the shared secret was not complete in time',
    expected: `an end within ${Math.round(milliseconds)} ms`,
    ...(cause instanceof Error && { got: cause.message }),
    hint: 'check that the parent carries it (shareSecrets), and that an enclave which has the secret can be reached',
    ...(cause !== undefined && { cause }),
  })
}
