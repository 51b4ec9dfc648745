/** Enclaves as the real command lines print them (ecs_03_1419; AWS, nitro-cli reference). */
import { join } from 'node:path'
import {
  type EnclaveRecord,
  type EnclaveStatus,
  enclaveDirectory,
  FILES,
  type ImageSummary,
} from '../../keeper/enclave-record.ts'
import type { EndedEnclave } from '../../keeper/ended-enclaves.ts'
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

/** What `qt enclave query` prints for each enclave; `Socket` once programs can connect to it. */
export function queriedJson(enclave: EnclaveStatus): Record<string, unknown> {
  const { id, details } = enclave
  if (!details) return withStatus(enclave, 'Starting')
  return { ...withStatus(enclave, 'Running'), Socket: join(enclaveDirectory(id), FILES.vsock) }
}

/** What `qt enclave query --all` prints for each enclave that has ended. */
export function terminatedJson(ended: EndedEnclave): Record<string, unknown> {
  return { ...withStatus(ended.record, 'Terminated'), ...endedJson(ended) }
}

function withStatus(record: EnclaveRecord, status: string): Record<string, unknown> {
  const { EnclaveID, ...rest } = startedJson(record)
  return { EnclaveID, ProcessID: pidOf(record.holder), ...rest, Status: status }
}

/** What both command lines add for an enclave that has ended. */
export function endedJson({ end, at }: Pick<EndedEnclave, 'end' | 'at'>): Record<string, unknown> {
  return { End: end, EndTime: at }
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

/**
 * The PCRs that the enclave's documents contain. In debug mode they are zero, and those of its image stand beside them;
 * aws-nitro-enclaves-cli shows the image's as if they were the enclave's.
 */
function measuredIn({ debug, details }: EnclaveStatus, image: ImageSummary): Record<string, unknown> {
  const { Measurements } = measurementsOf('nitro', image.pcrs, image.isSigned)
  if (!debug || !details) return { Measurements }
  return { ...measurementsOf('nitro', details.pcrs, image.isSigned), ImageMeasurements: Measurements }
}

/** What `nitro-cli describe-enclaves` prints for each enclave. */
export function describedJson(enclave: EnclaveStatus, withMetadata: boolean): Record<string, unknown> {
  const { details } = enclave
  const image = details?.image
  return {
    ...ranJson(enclave),
    State: details ? 'RUNNING' : 'EMPTY',
    Flags: enclave.debug ? 'DEBUG_MODE' : 'NONE',
    ...(image && measuredIn(enclave, image)),
    ...(image &&
      withMetadata && {
        ImageName: image.metadata['ImageName'],
        ImageVersion: image.metadata['ImageVersion'],
        Metadata: image.metadata,
      }),
  }
}
