/**
 * What the machine's owner can do to the Worker of an enclave when it starts: keep what is sent to it, and change the
 * program in it after it was measured. Only the attacks of the page use this.
 */

/** The part of a boot message (src/boundary/boot-message.ts) that is kept or changed. */
interface Boot {
  readonly shared?: unknown
  readonly files?: ReadonlyMap<string, Uint8Array>
  source?: Uint8Array
}

/** What is exchanged in a program: its first occurrence of `find`. */
export interface Patch {
  readonly find: string
  readonly replacement: string
}

/** Taps the next start. */
export class BootTap {
  readonly #original = Worker.prototype.postMessage
  /** The memory that the enclave shares with the page, once it has started. */
  shared: SharedArrayBuffer | undefined
  /** Copies of what was posted to it. */
  readonly posted: Uint8Array[] = []
  /** Bytes of the program that were exchanged. */
  patched = 0

  constructor(patch?: Patch) {
    const { posted } = this
    const original = this.#original
    const see = (boot: Boot) => this.#see(boot, patch)
    Worker.prototype.postMessage = function (this: Worker, ...given: unknown[]) {
      const [message] = given as [Boot | undefined]
      if (message?.shared instanceof SharedArrayBuffer) {
        see(message)
        for (const file of message.files?.values() ?? []) posted.push(file.slice())
        if (message.source) posted.push(message.source.slice())
      }
      return original.apply(this, given as [unknown])
    } as typeof original
  }

  release(): void {
    Worker.prototype.postMessage = this.#original
  }

  #see(boot: Boot, patch: Patch | undefined): void {
    this.shared = boot.shared as SharedArrayBuffer
    if (!patch || !boot.source) return
    const text = new TextDecoder().decode(boot.source)
    if (!text.includes(patch.find)) return
    boot.source = new TextEncoder().encode(text.replace(patch.find, () => patch.replacement))
    this.patched = patch.replacement.length
  }
}
