/** Creates pools. */
import type { ImageInput } from '../image/eif/source.ts'
import { createParent } from '../parent/create-parent.ts'
import { PreparedImage } from '../parent/prepared-image.ts'
import type { Handlers } from '../service/handlers.ts'
import { assertCapacity, checkOptions, type PoolOptions } from './options.ts'
import { Pool } from './pool.ts'

/**
 * Creates a pool of enclaves of `image`. Resolves when the first can be called; the others follow.
 *
 * @throws {EnclaveError} E_POOL_OPTION; what `Parent.prepare`, `Parent.start` and `Enclave.client` throw.
 */
export async function createPool<Service extends Handlers>(
  image: ImageInput | PreparedImage,
  options: PoolOptions,
): Promise<Pool<Service>> {
  const isPrepared = image instanceof PreparedImage
  const checked = checkOptions(isPrepared ? { memoryMiB: image.memoryMiB, ...options } : options)
  const { size, vcpus, memoryMiB } = checked
  // One more, because an enclave is replaced before it ends.
  const own = { vcpus: (size + 1) * vcpus, memoryMiB: (size + 1) * memoryMiB }
  const parent = options.parent ?? (await createParent(own))
  let prepared = isPrepared ? image : undefined
  const close = async () => {
    if (!isPrepared) await prepared?.close()
    if (!options.parent) await parent.close()
  }
  try {
    assertCapacity(checked, parent)
    prepared ??= await parent.prepare(image as ImageInput, { memoryMiB })
    return await Pool.open<Service>({ parent, image: prepared, options: checked }, close)
  } catch (error) {
    await close()
    throw error
  }
}
