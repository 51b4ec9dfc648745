/**
 * Checks whether an image may be started: intact, with a valid signature if it has one, for this kernel, and with
 * enough memory.
 */
import type { Bytes } from '../base/bytes.ts'
import { EnclaveError } from '../base/error.ts'
import type { Pcrs } from '../base/pcrs.ts'
import type { ProfileName } from '../base/profile.ts'
import { loadKernel } from '../hypervisor/kernel.ts'
import type { Isolation } from '../hypervisor/start-host.ts'
import { readContainer } from '../image/eif/container.ts'
import { type BootContents, readBootContents } from '../image/eif/contents.ts'
import { type ImageSource, openSource } from '../image/eif/source.ts'
import type { SigningCertificate } from '../image/sign/signing-certificate.ts'
import { verifyImage } from '../image/sign/verify.ts'
import { yieldToTasks } from '../platform/yield.ts'

const MIB = 1024 * 1024
/** Number of bytes that are read before yielding to other tasks; most images are smaller. */
const PIECE = 4 * MIB

/** An image that has passed all checks. */
export interface CheckedImage {
  pcrs: Pcrs
  contents: BootContents
  /** The kernel's script. */
  kernel: string
  /** The certificate of its signature, if it has one. */
  certificate: SigningCertificate | undefined
}

/** How to start it. */
export interface Start {
  profile: ProfileName
  memoryMiB: number
  debug: boolean
  isolation?: Isolation | undefined
}

/**
 * Reads, verifies and measures `eif`. `begin` gets its contents before they are verified, for what takes long and does
 * no harm if it was in vain.
 * @throws {EnclaveError} E_IMAGE_..., E_ARCHIVE..., the errors of `Parent.start`.
 */
export async function checkImage(
  eif: ImageSource,
  { profile, memoryMiB, debug }: Start,
  begin: (contents: BootContents) => void = () => {},
): Promise<CheckedImage> {
  const image = await ownCopy(eif, memoryMiB)
  const container = await readContainer(await openSource(image))
  const reading = readBootContents(image, container)
  // If the image is not intact, that is the error.
  reading.then(begin).catch(() => {})
  const { pcrs, signature } = await verifyImage(image, { profile, container })
  const contents = await reading
  const kernel = await loadKernel(contents.kernel)
  checkManifest(contents, memoryMiB, debug)
  return { pcrs, contents, kernel, certificate: signature?.certificate }
}

/** Copies the image, because the caller's bytes or file could change between measuring and running. */
async function ownCopy(source: ImageSource, memoryMiB: number): Promise<Bytes> {
  if (source.size > memoryMiB * MIB) {
    throw new EnclaveError('E_IMAGE_SIZE', {
      what: 'the image is larger than the memory of the enclave',
      expected: `at most ${memoryMiB} MiB`,
      got: `${source.size} bytes`,
    })
  }
  const own = new Uint8Array(source.size)
  for (let at = 0; at < own.length; at += PIECE) {
    if (at > 0) await yieldToTasks()
    const part = own.subarray(at, at + PIECE)
    const bytes = await source.read(at, part.length, () => part)
    if (bytes.buffer !== own.buffer) part.set(bytes)
  }
  return own
}

/** Checks the limits that an image's manifest sets. @throws {EnclaveError} E_IMAGE_MEMORY, E_IMAGE_DEBUG. */
export function checkManifest({ manifest }: BootContents, memoryMiB: number, debug: boolean): void {
  const needed = manifest.memoryMiB ?? 0
  if (memoryMiB < needed) {
    throw new EnclaveError('E_IMAGE_MEMORY', {
      what: 'the image needs more memory',
      expected: `at least ${needed} MiB`,
      got: `${memoryMiB} MiB`,
    })
  }
  if (debug && manifest.debug === false) {
    throw new EnclaveError('E_IMAGE_DEBUG', {
      what: 'the image does not allow debug mode',
      hint: 'start it without debug, or build it with a manifest that allows debug mode',
    })
  }
}
