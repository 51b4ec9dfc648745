/** The enclaves of a parent that have not ended. */
import { EnclaveError } from '../base/error.ts'
import type { EnclaveProcess } from '../hypervisor/enclave-process.ts'
import { Enclave, type EnclaveDescription, type EnclaveRecords } from './enclave.ts'

export class EnclaveList {
  readonly #enclaves = new Set<Enclave>()
  #nextId = 0

  /** Lists the enclave of `process` until it ends. Its id is one that no other of the list has had. */
  add(
    description: Omit<EnclaveDescription, 'id' | 'state'>,
    process: EnclaveProcess,
    records: EnclaveRecords,
  ): Enclave {
    const enclave = new Enclave({ ...description, id: this.#nextId++ }, process, records)
    this.#enclaves.add(enclave)
    void enclave.exited.then(() => this.#enclaves.delete(enclave))
    return enclave
  }

  has(enclave: Enclave): boolean {
    return this.#enclaves.has(enclave)
  }

  /** All of them, oldest first. */
  all(): Enclave[] {
    return [...this.#enclaves]
  }

  find(cid: number): Enclave | undefined {
    return this.all().find((enclave) => enclave.cid === cid)
  }

  /** @throws {EnclaveError} E_VSOCK_CLOSED if none has this CID. */
  withCid(cid: number): Enclave {
    const enclave = this.find(cid)
    if (enclave) return enclave
    throw new EnclaveError('E_VSOCK_CLOSED', {
      what: 'no enclave has this CID',
      expected: 'the CID of a running enclave',
      got: String(cid),
    })
  }
}
