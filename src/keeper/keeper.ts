/**
 * The start of a keeper, the process that runs one enclave. It first starts the enclave's own process, and
 * loads the rest of itself once it has its share of the pool, so that both processes start in parallel.
 */
import { EnclaveError } from '../base/error.ts'
import { ImageFile } from './image-file.ts'
import type { KeptEnclave } from './kept-enclave.ts'
import { log } from './log.ts'
import { placeFor } from './place.ts'
import { poolSettings } from './pool-settings.ts'
import { giveShare, type ShareRequest, takeShare } from './share.ts'

/** A request to start an enclave. */
export interface KeepRequest extends Omit<ShareRequest, 'imageBytes'> {
  /** The path of the image. */
  eif: string
  /** The IAM agency (Nitro: role), which PCR3 measures. @default that of the pool's configuration */
  agency?: string | undefined
}

/**
 * Starts an enclave and resolves once it runs and can be reached.
 * @throws {EnclaveError} E_FILE for an image that cannot be read; what `takeShare` and `Parent.start` throw. After an
 * error, nothing of the start is left.
 */
export async function keep(request: KeepRequest): Promise<KeptEnclave> {
  process.umask(0o077)
  await using image = ImageFile.open(request.eif)
  // Nothing runs in this process yet; without a share of the pool it is killed.
  await using place = await placeFor(request.eif, request.memoryMiB)
  const record = takeShare({ ...request, imageBytes: image.size })
  const { id, cid, memoryMiB } = record
  log('start', { id, cid, memoryMiB, vcpus: record.cpus.length, profile: record.profile })
  try {
    const { KeptEnclave } = await import('./kept-enclave.ts')
    return await KeptEnclave.start(image, record, place, request.agency ?? poolSettings().agency)
  } catch (error) {
    log('start failed', { id, code: error instanceof EnclaveError ? error.code : 'none' })
    giveShare(record)
    throw error
  }
}
