/**
 * The QingTian Security Module for AssemblyScript: its seven calls, with its limits and error numbers (`qtsm_lib.h`). A
 * failed call returns null or false, and `errorNumber` then gives the QTSM's number of the error.
 */
import { area, setTarget } from './abi'

@external("qingtian:enclave/qtsm@0.1.0", "describe-pcr")
declare function qtsmDescribePcr(index: u32, result: usize): void
@external("qingtian:enclave/qtsm@0.1.0", "extend-pcr")
declare function qtsmExtendPcr(index: u32, data: usize, length: usize, result: usize): void
@external("qingtian:enclave/qtsm@0.1.0", "lock-pcr")
declare function qtsmLockPcr(index: u32, result: usize): void
@external("qingtian:enclave/qtsm@0.1.0", "lock-pcrs")
declare function qtsmLockPcrs(indexes: usize, count: usize, result: usize): void
@external("qingtian:enclave/qtsm@0.1.0", "get-describe")
declare function qtsmGetDescribe(result: usize): void
@external("qingtian:enclave/qtsm@0.1.0", "get-attestation")
declare function qtsmGetAttestation(
  hasUserData: bool, userData: usize, userDataLength: usize,
  hasNonce: bool, nonce: usize, nonceLength: usize,
  hasPublicKey: bool, publicKey: usize, publicKeyLength: usize,
  result: usize
): void
@external("qingtian:enclave/qtsm@0.1.0", "get-random")
declare function qtsmGetRandom(length: u32, result: usize): void

/** The QTSM's error numbers. */
export enum ErrorNumber {
  NONE,
  INVALID_INDEX,
  INVALID_RESPONSE,
  INVALID_ARGUMENT,
  READ_ONLY_INDEX,
  INVALID_OPERATION,
  BUFFER_TOO_SMALL,
  INPUT_TOO_LARGE,
  INTERNAL_ERROR,
  INVALID_QTSM_CERT,
}

/** The largest response is an attestation document. */
const MAX_LIST: usize = 24576
/** The memory in which the host writes what a call returns, from where it is copied. */
const lists: usize = memory.data(24576, 8)

let lastError: i32 = 0

/** The QTSM's number of the last call's error; 0 if it had none. */
export function errorNumber(): i32 {
  return lastError
}

/** Whether the call failed; `payload` is the offset of its error. */
function failed(payload: usize): bool {
  lastError = load<u8>(area) ? (load<u8>(area + payload) as i32) + 1 : 0
  return lastError != 0
}

/** A copy of the list at the offset `at` of the area. */
function listAt<Item>(at: usize): StaticArray<Item> {
  const length = load<i32>(area + at, 4)
  const list = new StaticArray<Item>(length)
  memory.copy(changetype<usize>(list), load<usize>(area + at), (length as usize) * sizeof<Item>())
  return list
}

function lengthOf(bytes: StaticArray<u8> | null): usize {
  return bytes ? (bytes.length as usize) : 0
}

/** The bytes that a call returned, or null if it failed. */
function returned(): StaticArray<u8> | null {
  return failed(4) ? null : listAt<u8>(4)
}

/** A platform configuration register. */
export class Pcr {
  constructor(readonly locked: bool, readonly value: StaticArray<u8>) {}
}

/** What the module says of itself. `digest` is 0 for SHA-256, 1 for SHA-384, 2 for SHA-512. */
export class Description {
  versionMajor: u16 = 0
  versionMinor: u16 = 0
  versionPatch: u16 = 0
  moduleId: string = ''
  maxPcrs: u16 = 0
  lockedPcrs: StaticArray<u16> = []
  digest: u8 = 0
}

/** The PCR at `index`, 0 to 31. Error: INVALID_INDEX. */
export function describePcr(index: u16): Pcr | null {
  setTarget(lists, MAX_LIST)
  qtsmDescribePcr(index, area)
  return failed(4) ? null : new Pcr(load<bool>(area, 4), listAt<u8>(8))
}

/** Extends the PCR at `index` by `data`; its new value. Errors: INVALID_INDEX, READ_ONLY_INDEX, INPUT_TOO_LARGE. */
export function extendPcr(index: u16, data: StaticArray<u8>): StaticArray<u8> | null {
  setTarget(lists, MAX_LIST)
  qtsmExtendPcr(index, changetype<usize>(data), data.length, area)
  return returned()
}

/** Locks the PCR at `index` for good. Errors: INVALID_INDEX, READ_ONLY_INDEX. */
export function lockPcr(index: u16): bool {
  qtsmLockPcr(index, area)
  return !failed(1)
}

/** Locks all PCRs of `indexes`, or none. Errors: INVALID_INDEX, READ_ONLY_INDEX, INPUT_TOO_LARGE. */
export function lockPcrs(indexes: StaticArray<u16>): bool {
  qtsmLockPcrs(changetype<usize>(indexes), indexes.length, area)
  return !failed(1)
}

/** The description of the module. */
export function getDescribe(): Description | null {
  setTarget(lists, MAX_LIST)
  qtsmGetDescribe(area)
  if (failed(4)) return null
  const one = new Description()
  one.versionMajor = load<u16>(area, 4)
  one.versionMinor = load<u16>(area, 6)
  one.versionPatch = load<u16>(area, 8)
  one.moduleId = String.UTF8.decodeUnsafe(load<usize>(area, 12), load<usize>(area, 16))
  one.maxPcrs = load<u16>(area, 20)
  one.lockedPcrs = listAt<u16>(24)
  one.digest = load<u8>(area, 32)
  return one
}

/**
 * A signed attestation document with the locked PCRs and what is given. Error: INPUT_TOO_LARGE for more than 512 bytes
 * of user data or nonce (1024 in an enclave of Nitro), or 1024 of public key.
 */
export function getAttestation(
  userData: StaticArray<u8> | null,
  nonce: StaticArray<u8> | null,
  publicKey: StaticArray<u8> | null
): StaticArray<u8> | null {
  setTarget(lists, MAX_LIST)
  qtsmGetAttestation(
    userData != null, changetype<usize>(userData), lengthOf(userData),
    nonce != null, changetype<usize>(nonce), lengthOf(nonce),
    publicKey != null, changetype<usize>(publicKey), lengthOf(publicKey),
    area
  )
  return returned()
}

/** `length` random bytes, 1 to 256. Errors: INVALID_ARGUMENT for 0, INPUT_TOO_LARGE for more. */
export function getRandom(length: u32): StaticArray<u8> | null {
  setTarget(lists, MAX_LIST)
  qtsmGetRandom(length, area)
  return returned()
}
