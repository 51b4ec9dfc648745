/** qingtian:enclave/qtsm of the test enclave. */
import { machine } from '../current.ts'

const call =
  (name: string) =>
  (...args: readonly unknown[]): unknown =>
    (machine().qtsm[name] as (...given: readonly unknown[]) => unknown)(...args)

export const describePcr: unknown = call('describePcr')
export const extendPcr: unknown = call('extendPcr')
export const lockPcr: unknown = call('lockPcr')
export const lockPcrs: unknown = call('lockPcrs')
export const getDescribe: unknown = call('getDescribe')
export const getAttestation: unknown = call('getAttestation')
export const getRandom: unknown = call('getRandom')
