/** The resources of a parent instance: vCPUs, memory and CIDs. */
import { EnclaveError } from '../base/error.ts'

/** The lowest CID of an enclave; 0 to 2 are reserved, 3 is the parent. */
const FIRST_CID = 4
const LAST_CID = 0xfffffffe

/** The resources of one enclave. */
export interface Share {
  vcpus: number
  memoryMiB: number
  cid: number
}

/**
 * Checks a number of vCPUs or MiB.
 * @throws {EnclaveError} E_PARENT_OPTION for anything but a positive integer.
 */
export function assertCount(name: string, value: unknown): asserts value is number {
  if (Number.isSafeInteger(value) && (value as number) > 0) return
  throw new EnclaveError('E_PARENT_OPTION', {
    what: `${name} is not a positive integer`,
    expected: 'an integer of 1 or more',
    got: String(value),
  })
}

/** The resources of one parent instance. */
export class Pool {
  readonly vcpus: number
  readonly memoryMiB: number
  readonly #shares = new Set<Share>()

  constructor(vcpus: number, memoryMiB: number) {
    assertCount('vcpus', vcpus)
    assertCount('memoryMiB', memoryMiB)
    this.vcpus = vcpus
    this.memoryMiB = memoryMiB
  }

  /** Number of allocated shares: enclaves that run or are being started. */
  get shares(): number {
    return this.#shares.size
  }

  /**
   * Allocates a share; without `cid`, with the lowest free one.
   * @throws {EnclaveError} E_PARENT_OPTION, E_CID_RANGE, E_CID_TAKEN, E_POOL_VCPUS, E_POOL_MEMORY.
   */
  take({ vcpus, memoryMiB, cid }: Omit<Share, 'cid'> & { cid?: number | undefined }): Share {
    assertCount('vcpus', vcpus)
    assertCount('memoryMiB', memoryMiB)
    const share = { vcpus, memoryMiB, cid: cid === undefined ? this.#freeCid() : this.#checkCid(cid) }
    this.#checkLeft('E_POOL_VCPUS', 'vCPUs', vcpus, this.vcpus, 'vcpus')
    this.#checkLeft('E_POOL_MEMORY', 'MiB of memory', memoryMiB, this.memoryMiB, 'memoryMiB')
    this.#shares.add(share)
    return share
  }

  /** Releases a share. */
  give(share: Share): void {
    this.#shares.delete(share)
  }

  #checkLeft(
    code: 'E_POOL_VCPUS' | 'E_POOL_MEMORY',
    unit: string,
    wanted: number,
    all: number,
    key: 'vcpus' | 'memoryMiB',
  ): void {
    let left = all
    for (const share of this.#shares) left -= share[key]
    if (wanted <= left) return
    throw new EnclaveError(code, {
      what: `the parent instance does not have enough ${unit}`,
      expected: `at most ${left} of its ${all}`,
      got: String(wanted),
      hint: left < all ? 'other enclaves use the rest: stop one, or request less' : 'request less',
    })
  }

  #isTaken(cid: number): boolean {
    for (const share of this.#shares) if (share.cid === cid) return true
    return false
  }

  #freeCid(): number {
    let cid = FIRST_CID
    while (this.#isTaken(cid)) cid += 1
    return cid
  }

  #checkCid(cid: number): number {
    if (!Number.isInteger(cid) || cid < FIRST_CID || cid > LAST_CID) {
      throw new EnclaveError('E_CID_RANGE', {
        what: 'the CID is out of range',
        expected: `${FIRST_CID} to ${LAST_CID}`,
        got: String(cid),
        hint: '0 to 2 are reserved, 3 is the parent instance',
      })
    }
    if (this.#isTaken(cid)) {
      throw new EnclaveError('E_CID_TAKEN', {
        what: 'the cid has already been used',
        expected: 'a free CID',
        got: String(cid),
      })
    }
    return cid
  }
}
