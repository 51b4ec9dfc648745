/**
 * The 32 platform configuration registers (ecs_03_1410; aws-nitro-enclaves-nsm-api, docs/attestation_process.md):
 * SHA-384, initially zero, changed only by extending, and immutable once locked.
 */
import { type Bytes, concatBytes } from '../base/bytes.ts'
import { PCR_LENGTH, type Pcrs } from '../base/pcrs.ts'
import { QtsmError } from './error-code.ts'

/** Number of registers of a module. */
export const PCR_COUNT = 32

/** Number of system registers: 0 to 15 are locked before the enclave runs. */
export const SYSTEM_PCR_COUNT = 16

/** One register. */
export interface PcrState {
  readonly locked: boolean
  readonly value: Bytes
}

/** The registers of one enclave. */
export class PcrBank {
  readonly #values: Bytes[] = Array.from({ length: PCR_COUNT }, () => new Uint8Array(PCR_LENGTH))
  readonly #locked: boolean[] = Array.from({ length: PCR_COUNT }, (_, index) => index < SYSTEM_PCR_COUNT)
  #changes = 0

  /** @param system values of the system registers, 48 bytes each; the others are zero. */
  constructor(system: Pcrs) {
    for (const [index, value] of system) this.#values[index] = value.slice()
  }

  /** Indexes of the locked registers, ascending. */
  get locked(): number[] {
    return this.#locked.flatMap((locked, index) => (locked ? [index] : []))
  }

  /** How often a register was extended or locked. */
  get changes(): number {
    return this.#changes
  }

  /** All registers, by index. */
  describeAll(): PcrState[] {
    return this.#values.map((_, index) => this.describe(index))
  }

  /** The register at `index`. @throws {QtsmError} InvalidIndex. */
  describe(index: number): PcrState {
    this.#check(index)
    return { locked: this.#locked[index]!, value: this.#values[index]!.slice() }
  }

  /**
   * Replaces the register by SHA-384(register || `data`) and returns its new value.
   * @throws {QtsmError} InvalidIndex, ReadOnlyIndex.
   */
  async extend(index: number, data: Uint8Array): Promise<Bytes> {
    this.#checkUnlocked(index)
    const extended = await crypto.subtle.digest('SHA-384', concatBytes(this.#values[index]!, data))
    this.#values[index] = new Uint8Array(extended)
    this.#changes += 1
    return this.#values[index].slice()
  }

  /**
   * Locks the registers permanently: all of them, or none if one of them cannot be locked. @throws {QtsmError}
   * InvalidIndex, ReadOnlyIndex.
   */
  lock(indexes: readonly number[]): void {
    for (const index of indexes) this.#checkUnlocked(index)
    for (const index of indexes) this.#locked[index] = true
    this.#changes += 1
  }

  /**
   * Locks registers 0 up to but not including `count`, whether or not they are already locked. @throws {QtsmError}
   * InvalidIndex.
   */
  lockBelow(count: number): void {
    if (count > PCR_COUNT) throw new QtsmError('InvalidIndex')
    this.#locked.fill(true, 0, count)
    this.#changes += 1
  }

  /** The locked registers, which an attestation document contains. */
  lockedValues(): Map<number, Bytes> {
    return new Map(this.locked.map((index) => [index, this.#values[index]!.slice()]))
  }

  #check(index: number): void {
    if (!(index in this.#values)) throw new QtsmError('InvalidIndex')
  }

  #checkUnlocked(index: number): void {
    this.#check(index)
    if (this.#locked[index]) throw new QtsmError('ReadOnlyIndex')
  }
}
