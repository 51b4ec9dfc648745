/** A parent's attestation authority, made when it is first asked for: an enclave can boot meanwhile. */
import {
  type AttestationAuthority,
  type AttestationRoot,
  createAttestationAuthority,
} from '../attestation/issue/authority.ts'
import { EnclaveError } from '../base/error.ts'
import { openRoot, persistentRoot, type RootOption } from './root.ts'

/** See above. */
export class ParentAuthority {
  readonly #instanceId: string
  readonly #option: RootOption | undefined
  #made: AttestationAuthority | undefined
  #making: Promise<AttestationAuthority> | undefined

  constructor(instanceId: string, root: RootOption | undefined) {
    this.#instanceId = instanceId
    this.#option = root
  }

  /** The root's certificate, PEM. @throws {EnclaveError} E_PARENT_ROOT before anybody has asked for the authority. */
  get rootPem(): string {
    if (this.#made) return this.#made.rootPem
    throw new EnclaveError('E_PARENT_ROOT', {
      what: 'the parent has not read its root yet',
      hint: 'make it with Parent.create, or start an enclave first',
    })
  }

  /** @throws {EnclaveError} E_CERTIFICATE_..., E_PARENT_OPTION, E_ROOT_..., as `Parent.create` says. */
  get(): Promise<AttestationAuthority> {
    this.#making ??= this.#make()
    return this.#making
  }

  /** Puts another root in the place of the present one. @throws {EnclaveError} as `Parent.rotateRoot` says. */
  async rotate(root: AttestationRoot | undefined): Promise<string> {
    const authority = await this.get()
    const isKept = root === undefined && this.#option === 'persistent'
    await authority.rotate(isKept ? await persistentRoot().rotate() : root)
    return authority.rootPem
  }

  /** Forgets the key of an enclave that has ended. */
  release(moduleId: string): void {
    this.#made?.release(moduleId)
  }

  async #make(): Promise<AttestationAuthority> {
    const root = await openRoot(this.#option)
    this.#made = await createAttestationAuthority({ instanceId: this.#instanceId, ...(root && { root }) })
    return this.#made
  }
}
