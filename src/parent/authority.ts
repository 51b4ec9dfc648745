/** A parent's attestation authority, created on first use, so that an enclave can boot meanwhile. */
import { type AttestationRoot, createAttestationAuthority } from '../attestation/issue/authority.ts'
import { EnclaveError } from '../base/error.ts'
import type { ProfileName } from '../base/profile.ts'
import type { EnclaveProcess } from '../hypervisor/enclave-process.ts'
import { unref } from '../platform/timer.ts'
import { openRoot, persistentRoot, type RootOption } from './root.ts'
import type { FixedAuthority, Surroundings } from './surroundings.ts'

/** Milliseconds after which the certificates of a running enclave are issued, if it has not needed them before. */
const CERTIFICATES_AFTER = 100

/** An authority, and how its root is replaced, if it can be. */
type Authority = FixedAuthority & { rotate?(root?: AttestationRoot): Promise<unknown> }

/** Creates and holds the attestation authority of one parent. */
export class ParentAuthority {
  readonly #instanceId: string
  readonly #option: RootOption | undefined
  readonly #surroundings: Surroundings
  #made: Authority | undefined
  #making: Promise<Authority> | undefined

  constructor(instanceId: string, root: RootOption | undefined, surroundings: Surroundings = {}) {
    this.#surroundings = surroundings
    this.#instanceId = instanceId
    this.#option = root
  }

  /** The root's certificate, PEM. @throws {EnclaveError} E_PARENT_ROOT before the authority has been created. */
  get rootPem(): string {
    if (this.#made) return this.#made.rootPem
    throw new EnclaveError('E_PARENT_ROOT', {
      what: 'the parent has not loaded its root yet',
      hint: 'create the parent with createParent, or start an enclave first',
    })
  }

  /** @throws {EnclaveError} E_CERTIFICATE_..., E_PARENT_OPTION, E_ROOT_..., the errors of `createParent`. */
  get(): Promise<Authority> {
    this.#making ??= this.#make()
    return this.#making
  }

  /** Replaces the root. @throws {EnclaveError} the errors of `Parent.rotateRoot`. */
  async rotate(root: AttestationRoot | undefined): Promise<string> {
    const authority = await this.get()
    if (!authority.rotate) throw fixedRoot()
    const isKept = root === undefined && this.#option === 'persistent'
    await authority.rotate(isKept ? await persistentRoot().rotate() : root)
    return authority.rootPem
  }

  /**
   * Waits until an enclave runs and the root is loaded; without a root it must not run.
   * @throws {EnclaveError} what `get` and `EnclaveProcess.running` throw.
   */
  async certify(process: EnclaveProcess, profile: ProfileName): Promise<void> {
    try {
      const authority = await this.get()
      authority.assertValid(profile)
    } catch (error) {
      await process.end({ kind: 'killed', message: 'its certificates could not be issued' })
      throw error
    }
    await process.running()
  }

  /**
   * Issues the certificates of an enclave after a delay, if it `isRunning` then: the caller of `start` continues first, and
   * the first document need not wait.
   */
  prepareLater(profile: ProfileName, moduleId: string, isRunning: () => boolean): void {
    const timer = setTimeout(async () => {
      if (!isRunning()) return
      const authority = await this.get()
      // Errors are ignored: certificates that cannot be issued now are issued, or refused, with the document.
      await authority.prepare(profile, moduleId).catch(() => {})
    }, CERTIFICATES_AFTER)
    unref(timer)
  }

  /** Discards the key of an enclave that has ended. */
  release(moduleId: string): void {
    this.#made?.release(moduleId)
  }

  async #make(): Promise<Authority> {
    this.#made = this.#surroundings.authority?.(this.#instanceId) ?? (await this.#makeOwn())
    return this.#made
  }

  async #makeOwn(): Promise<Authority> {
    const root = await openRoot(this.#option)
    return createAttestationAuthority({ instanceId: this.#instanceId, ...(root && { root }) })
  }
}

function fixedRoot(): EnclaveError {
  return new EnclaveError('E_PARENT_ROOT', {
    what: 'the root of a test parent is fixed',
    hint: 'to test a rotation of the root, use createParent',
  })
}
