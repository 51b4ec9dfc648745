/**
 * `webclave/shared`: the parent's end of a secret that enclaves have in common and no parent knows. The enclaves'
 * end is `sharedSecret` of `webclave/sdk`: they prove to each other what they are, and this only carries bytes, within a
 * machine or between machines.
 *
 * @example
 * import { createPool } from 'webclave/pool'
 * import { shareSecrets } from 'webclave/shared'
 *
 * // Of an image whose application calls `sharedSecret`, and then `serve`.
 * using sharing = shareSecrets(parent)
 * await using pool = await createPool(eif, { size: 2, parent })
 * sharing.holders // 1
 *
 * @module
 */
import { Carrier, checkParent, type SharingParent } from './carrier.ts'
import type { Stream } from './line.ts'
import { checkOptions, type ShareOptions } from './options.ts'

export type { SharingParent } from './carrier.ts'
export type { Stream, StreamReader, StreamWriter } from './line.ts'
export type { Peer, ShareOptions } from './options.ts'

/** What `shareSecrets` returns. */
export interface SecretSharing {
  /** The number of running enclaves of this parent that have the secret. */
  readonly holders: number
  /**
   * Serves a connection that the carrier of another machine has opened. It resolves when that exchange is over, and never
   * rejects. Who connects there needs no proof: only an enclave that is trusted gets the secret, and nobody else can read it.
   * A socket of Node's is `Duplex.toWeb(socket)`.
   */
  answer(stream: Stream): Promise<void>
  /** Carries nothing any more. Enclaves that have the secret keep it. */
  close(): void
  [Symbol.dispose](): void
}

/**
 * Carries the messages of the enclaves of `parent` that call `sharedSecret`. The first one creates the secret, while others
 * wait; the next ones get it from those that have it, in turn. An enclave that has ended is not asked. If the last one
 * ends, the secret is gone, unless another machine has it.
 *
 * @param parent what `createParent` returns; the pool's, if enclaves of a pool share a secret
 * @throws {EnclaveError} E_SHARED_OPTION; E_PARENT_CLOSED, E_VSOCK_PORT_TAKEN as `Parent.listen`
 * @example
 * const sharing = shareSecrets(parent)
 * sharing.holders // 0
 * sharing.close()
 */
export function shareSecrets(parent: SharingParent, options: ShareOptions = {}): SecretSharing {
  checkParent(parent)
  const carrier = new Carrier(parent, checkOptions(options))
  return {
    get holders() {
      return carrier.holders
    },
    answer: (stream) => carrier.answer(stream),
    close: () => carrier.close(),
    [Symbol.dispose]: () => carrier.close(),
  }
}
