/** What a parent instance has to lend: vCPUs, memory and CIDs. */
import { EnclaveError } from '../base/error.ts'

/** The first CID that an enclave may have; 0 to 2 are reserved, 3 is the parent. */
const FIRST_CID = 4
const LAST_CID = 0xfffffffe

/** What one enclave takes. */
export interface Share {
  vcpus: number
  memoryMiB: number
  cid: number
}

/**
 * Checks a count of vCPUs or MiB.
 * @throws {EnclaveError} E_PARENT_OPTION for anything but a positive integer.
 */
export function assertCount(name: string, value: unknown): asserts value is number {
  if (Number.isSafeInteger(value) && (value as number) > 0) return
  throw new EnclaveError('E_PARENT_OPTION', {
    what: `${name} is not a count`,
    expected: 'a positive integer',
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

  /** Shares that are taken: enclaves that run or start. */
  get shares(): number {
    return this.#shares.size
  }

  /**
   * Takes a share; without `cid`, the lowest free one.
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

  /** Gives a share back. */
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
      what: `the parent instance has not enough ${unit}`,
      expected: `at most ${left} of its ${all}`,
      got: String(wanted),
      hint: left < all ? 'other enclaves have the rest: stop one, or ask for less' : 'ask for less',
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
        what: 'the CID cannot be an enclave',
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
