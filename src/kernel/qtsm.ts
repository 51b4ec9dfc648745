/**
 * qingtian:enclave/qtsm: sends the seven calls to the security module (`wit/qtsm.wit`). The module belongs to the
 * hypervisor; its responses are checked like all other input.
 */

import type { Bytes } from '../base/bytes.ts'
import type { CborItem } from '../encoding/cbor/item.ts'
import { ERROR_NAMES, type ErrorName, QtsmError } from '../qtsm/error-code.ts'
import { PCR_COUNT } from '../qtsm/pcr-bank.ts'
import {
  decodeResponse,
  encodeRequest,
  expectBytes,
  expectInteger,
  MAX_RANDOM_LENGTH,
  MAX_REQUEST_LENGTH,
  type QtsmRequest,
} from '../qtsm/protocol.ts'
import { repeated } from '../qtsm/repeated.ts'
import { giveBytes, guestRecord } from './guest-memory.ts'
import type { KernelLink } from './link.ts'
import { type LowerContext, withLowering } from './resource.ts'

/** The error's name in WIT: `ReadOnlyIndex` becomes `read-only-index`. */
const witName = (name: ErrorName) => name.replace(/(?<!^)[A-Z]/g, (letter) => `-${letter}`).toLowerCase()

const digestNames: Record<string, string> = { SHA256: 'sha256', SHA384: 'sha384', SHA512: 'sha512' }

/** The kernel's interface to the security module. */
export interface Qtsm {
  imports: Record<string, unknown>
  /** Any number of random bytes from the module. */
  random(length: number): Bytes
}

/** A register, as the interface returns it. */
interface Pcr {
  locked: boolean
  value: Bytes
}

/** Length in bytes of a `result<pcr, error-code>`. */
const PCR_RESULT_LENGTH = 16

/** The lowered form of describe-pcr, for speed, because applications may call it often. */
const lowerDescribePcr =
  (describePcr: (index: number) => Pcr) => (context: LowerContext) => (index: number, result: number) => {
    try {
      const { locked, value } = describePcr(index & 0xffff)
      const pointer = giveBytes(context, value, 1)
      const view = guestRecord(context.memory, result, PCR_RESULT_LENGTH)
      view.setUint8(0, 0)
      view.setUint8(4, Number(locked))
      view.setUint32(8, pointer)
      view.setUint32(12, value.byteLength)
    } catch (thrown) {
      if (!(thrown instanceof QtsmError)) throw thrown
      const view = guestRecord(context.memory, result, PCR_RESULT_LENGTH)
      view.setUint8(0, 1)
      view.setUint8(4, ERROR_NAMES.indexOf(thrown.code))
    }
  }

function fail(code: ErrorName): never {
  throw new QtsmError(code)
}

/** Creates the interface on `link`. */
export function createQtsm(link: KernelLink): Qtsm {
  function withWitNames<Result>(work: () => Result): Result {
    try {
      return work()
    } catch (error) {
      if (error instanceof QtsmError) throw Object.assign(error, { payload: witName(error.code) })
      throw error
    }
  }
  const call = (request: QtsmRequest): ReadonlyMap<string, CborItem> =>
    withWitNames(() => {
      const bytes = encodeRequest(request)
      if (bytes.byteLength > MAX_REQUEST_LENGTH) throw new QtsmError('InputTooLarge')
      return decodeResponse(link.exchange(bytes), request.call)
    })
  const bytesOf = (request: QtsmRequest, field: string) =>
    expectBytes(call(request).get(field), 'InvalidResponse')

  const readPcr = repeated((response): Pcr => {
    const fields = decodeResponse(response, 'DescribePCR')
    const lock = fields.get('lock')
    return {
      locked: lock?.kind === 'simple' && lock.value === true,
      value: expectBytes(fields.get('data'), 'InvalidResponse'),
    }
  })
  const asked = { index: 0, request: encodeRequest({ call: 'DescribePCR', index: 0 }) }
  const describePcr = (index: number): Pcr =>
    withWitNames(() => {
      if (index !== asked.index) {
        asked.index = index
        asked.request = encodeRequest({ call: 'DescribePCR', index })
      }
      return readPcr(link.exchange(asked.request))
    })

  return {
    imports: {
      describePcr: withLowering(describePcr, lowerDescribePcr(describePcr)),
      extendPcr: (index: number, data: Uint8Array) => bytesOf({ call: 'ExtendPCR', index, data }, 'data'),
      lockPcr: (index: number) => void call({ call: 'LockPCR', index }),
      lockPcrs(indexes: Uint16Array) {
        // There are no more registers; a list of the guest's can be as long as its memory.
        if (indexes.length > PCR_COUNT) withWitNames(() => fail('InputTooLarge'))
        call({ call: 'LockPCRs', range: [...indexes] })
      },
      getDescribe() {
        const fields = call({ call: 'DescribeNSM' })
        const integer = (name: string) => expectInteger(fields.get(name), 'InvalidResponse')
        const text = (name: string) => {
          const item = fields.get(name)
          return item?.kind === 'text' ? item.value : ''
        }
        const locked = fields.get('locked_pcrs')
        const indexes = locked?.kind === 'array' ? locked.items : []
        return {
          versionMajor: integer('version_major'),
          versionMinor: integer('version_minor'),
          versionPatch: integer('version_patch'),
          moduleId: text('module_id'),
          maxPcrs: integer('max_pcrs'),
          lockedPcrs: Uint16Array.from(indexes, (item) => expectInteger(item, 'InvalidResponse')),
          digest: digestNames[text('digest')] ?? 'sha384',
        }
      },
      getAttestation: (userData?: Uint8Array, nonce?: Uint8Array, publicKey?: Uint8Array) =>
        bytesOf({ call: 'Attestation', userData, nonce, publicKey }, 'document'),
      getRandom: (length: number) => bytesOf({ call: 'GetRandom', length }, 'random'),
    },
    random(length) {
      const random = new Uint8Array(length)
      for (let at = 0; at < length; at += MAX_RANDOM_LENGTH) {
        const part = Math.min(MAX_RANDOM_LENGTH, length - at)
        random.set(bytesOf({ call: 'GetRandom', length: part }, 'random'), at)
      }
      return random
    },
  }
}
