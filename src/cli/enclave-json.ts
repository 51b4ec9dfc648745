/** Enclaves as the real command lines print them (SPEC §4.1 and §4.2). */
import type { EnclaveRecord, EnclaveStatus } from '../instance/enclave-record.ts'

/** What `qt enclave start` prints. */
export function startedJson({ id, cid, cpus, memoryMiB, debug }: EnclaveRecord): Record<string, unknown> {
  return {
    EnclaveID: id,
    EnclaveCID: cid,
    NumberOfCPUs: cpus.length,
    MemoryMiB: memoryMiB,
    LaunchMode: debug ? 'debug' : 'normal',
  }
}

/** What `qt enclave query` prints of one. */
export function queriedJson(enclave: EnclaveStatus): Record<string, unknown> {
  const { EnclaveID, ...rest } = startedJson(enclave)
  const { holder, details } = enclave
  const status = details ? 'Running' : 'Starting'
  return { EnclaveID, ProcessID: Number.parseInt(holder, 10), ...rest, Status: status }
}
