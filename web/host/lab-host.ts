/** What lessons and attacks need of the parent instances beyond what the page's other views use. */
import type { ProfileName } from '../../src/base/profile.ts'
import { createKms, createKmsApp, serveKms } from '../../src/kms/index.ts'
import type { VsockSocket } from '../../src/vsock/socket.ts'
import { BootTap, type Patch } from './boot-tap.ts'
import { countIn } from './bytes.ts'
import { ACCESS_KEY, PRINCIPAL } from './caller.ts'
import type { EnclaveHost } from './enclave-host.ts'

/** What a KMS that is not the right one offers. */
export interface FalseKms {
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string }
  /** What it will decrypt to a text of its own choice. */
  readonly ciphertext: Uint8Array<ArrayBuffer>
}

/** What a search has found. */
export interface Search {
  /** Bytes. */
  readonly searched: number
  readonly found: number
}

const ALL = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: 'kms:*', Resource: '*' }],
})

/** The calls of the page. */
export class LabHost {
  readonly #enclaves: EnclaveHost
  /** Ends what listens on a port of a parent instance. */
  readonly #listeners = new Map<string, () => void | Promise<void>>()
  #tap: BootTap | undefined
  #kept: readonly Uint8Array[] = []

  constructor(enclaves: EnclaveHost) {
    this.#enclaves = enclaves
  }

  /** Answers every connection from an enclave to `port` with `text`, in place of what answered there before. */
  async listen(profile: ProfileName, port: number, text: string): Promise<void> {
    await this.#listen(profile, port, async (socket) => {
      const writer = socket.writable.getWriter()
      await writer.write(new TextEncoder().encode(text))
      await writer.close()
    })
  }

  /** Accepts every connection to `port`, and never reads. */
  async ignore(profile: ProfileName, port: number): Promise<void> {
    await this.#listen(profile, port, () => new Promise(() => {}))
  }

  /** Answers on `port` as a KMS of one's own: it has a key of its own, and a ciphertext of `text` under it. */
  async serveFalseKms(profile: ProfileName, port: number, text: string): Promise<FalseKms> {
    const parent = await this.#enclaves.parentOf(profile)
    const key = `${profile} ${port}`
    await this.#listeners.get(key)?.()
    const kms = await createKms({ attestation: { profile, roots: parent.rootCertificate } })
    const accessKeys = [{ ...ACCESS_KEY, principal: PRINCIPAL, policies: [ALL] }]
    const listener = serveKms(parent, createKmsApp(kms, { accessKeys }), { port })
    this.#listeners.set(key, async () => {
      await listener.close()
      await kms.close()
    })
    const { keyId } = (await kms.owner.createKey({})).keyMetadata
    const plaintext = new TextEncoder().encode(text)
    const { ciphertextBlob } = await kms.owner.encrypt({ keyId, plaintext })
    return { credentials: ACCESS_KEY, ciphertext: ciphertextBlob }
  }

  /** Taps the next start of an enclave, until `endTap`. */
  async tap(patch?: Patch): Promise<void> {
    this.#tap?.release()
    this.#tap = new BootTap(patch)
  }

  /** Ends tapping. Returns how many bytes of the program were exchanged. */
  async endTap(): Promise<number> {
    this.#tap?.release()
    return this.#tap?.patched ?? 0
  }

  /** Keeps a copy of all that this Worker has of the tapped enclave. */
  async keep(enclave: number): Promise<void> {
    this.#kept = this.#held(enclave).map((bytes) => bytes.slice())
  }

  /** Searches the copy. */
  async searchKept(needle: Uint8Array): Promise<Search> {
    return search(this.#kept, needle)
  }

  /** Searches all that this Worker has of the tapped enclave now. */
  async searchNow(enclave: number, needle: Uint8Array): Promise<Search> {
    return search(this.#held(enclave), needle)
  }

  /** Ends all listeners, and forgets what was kept: the reader has left the lesson or the attack. */
  async close(): Promise<void> {
    this.#tap?.release()
    this.#tap = undefined
    this.#kept = []
    const listeners = [...this.#listeners.values()]
    this.#listeners.clear()
    await Promise.all(listeners.map((end) => end()))
  }

  /** The memory that it shares, what was posted to it, and what has passed its vsock. */
  #held(enclave: number): Uint8Array[] {
    const tap = this.#tap
    if (!tap?.shared) throw new Error('no start was tapped')
    const packets = this.#enclaves.enclave(enclave).trace.packets.map(({ payload }) => payload)
    return [new Uint8Array(tap.shared), ...tap.posted, ...packets]
  }

  async #listen(
    profile: ProfileName,
    port: number,
    handler: (socket: VsockSocket) => Promise<void>,
  ): Promise<void> {
    const parent = await this.#enclaves.parentOf(profile)
    const key = `${profile} ${port}`
    await this.#listeners.get(key)?.()
    const listener = parent.listen(port, handler)
    this.#listeners.set(key, () => listener.close())
  }
}

function search(places: readonly Uint8Array[], needle: Uint8Array): Search {
  const searched = places.reduce((sum, { byteLength }) => sum + byteLength, 0)
  return { searched, found: places.reduce((sum, bytes) => sum + countIn(bytes, needle), 0) }
}
