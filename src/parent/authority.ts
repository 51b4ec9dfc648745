/** A parent's attestation authority, created on first use, so that an enclave can boot meanwhile. */
import {
  type AttestationAuthority,
  type AttestationRoot,
  createAttestationAuthority,
} from '../attestation/issue/authority.ts'
import { EnclaveError } from '../base/error.ts'
import { openRoot, persistentRoot, type RootOption } from './root.ts'

/** Creates and holds the attestation authority of one parent. */
export class ParentAuthority {
  readonly #instanceId: string
  readonly #option: RootOption | undefined
  #made: AttestationAuthority | undefined
  #making: Promise<AttestationAuthority> | undefined

  constructor(instanceId: string, root: RootOption | undefined) {
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
  get(): Promise<AttestationAuthority> {
    this.#making ??= this.#make()
    return this.#making
  }

  /** Replaces the root. @throws {EnclaveError} the errors of `Parent.rotateRoot`. */
  async rotate(root: AttestationRoot | undefined): Promise<string> {
    const authority = await this.get()
    const isKept = root === undefined && this.#option === 'persistent'
    await authority.rotate(isKept ? await persistentRoot().rotate() : root)
    return authority.rootPem
  }

  /** Discards the key of an enclave that has ended. */
  release(moduleId: string): void {
    this.#made?.release(moduleId)
  }

  async #make(): Promise<AttestationAuthority> {
    const root = await openRoot(this.#option)
    this.#made = await createAttestationAuthority({ instanceId: this.#instanceId, ...(root && { root }) })
    return this.#made
  }
}
