/** Enclaves as the real command lines print them (ecs_03_1419; AWS, nitro-cli reference). */
import type { EnclaveRecord, EnclaveStatus } from '../../keeper/enclave-record.ts'
import { pidOf } from '../../keeper/process-identity.ts'
import { measurementsOf } from '../core/measurements.ts'

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

/** What `qt enclave query` prints for each enclave. */
export function queriedJson(enclave: EnclaveStatus): Record<string, unknown> {
  const { EnclaveID, ...rest } = startedJson(enclave)
  const { holder, details } = enclave
  const status = details ? 'Running' : 'Starting'
  return { EnclaveID, ProcessID: pidOf(holder), ...rest, Status: status }
}

/** An enclave's ID in Nitro's sense: the module ID in its documents; empty while it starts. */
export function enclaveId({ details }: EnclaveStatus): string {
  return details?.moduleId ?? ''
}

/** What `nitro-cli run-enclave` prints. */
export function ranJson(enclave: EnclaveStatus): Record<string, unknown> {
  return {
    EnclaveName: enclave.name,
    EnclaveID: enclaveId(enclave),
    ProcessID: pidOf(enclave.holder),
    EnclaveCID: enclave.cid,
    NumberOfCPUs: enclave.cpus.length,
    CPUIDs: enclave.cpus,
    MemoryMiB: enclave.memoryMiB,
  }
}

/** What `nitro-cli describe-enclaves` prints for each enclave. */
export function describedJson(enclave: EnclaveStatus, withMetadata: boolean): Record<string, unknown> {
  const image = enclave.details?.image
  return {
    ...ranJson(enclave),
    State: enclave.details ? 'RUNNING' : 'EMPTY',
    Flags: enclave.debug ? 'DEBUG_MODE' : 'NONE',
    ...(image && measurementsOf('nitro', image.pcrs, image.isSigned)),
    ...(image &&
      withMetadata && {
        ImageName: image.metadata['ImageName'],
        ImageVersion: image.metadata['ImageVersion'],
        Metadata: image.metadata,
      }),
  }
}
