/**
 * Describes an image built by webclave or for a real cloud, in one pass and constant memory: sections, CRC, the PCRs of
 * both profiles, metadata, and for webclave's own images what boots.
 */

import { EnclaveError } from '../base/error.ts'
import { PCR_LENGTH, type Pcrs } from '../base/pcrs.ts'
import type { ProfileName } from '../base/profile.ts'
import { readContainer, type Section } from './eif/container.ts'
import { type ContentsOutline, readOutline, readSmall } from './eif/contents.ts'
import { FLAG_AARCH64, SMALL_SECTION_LIMIT } from './eif/layout.ts'
import { readMetadata } from './eif/metadata.ts'
import { type ImageInput, openSource } from './eif/source.ts'
import type { HashTools } from './measure/hash-tools.ts'
import { measure } from './measure/measure.ts'
import { assertSignature, type ImageSignature } from './sign/signature.ts'

export interface ImageDescription {
  readonly size: number
  readonly version: number
  readonly flags: number
  readonly architecture: 'x86_64' | 'aarch64'
  /** The builder's suggestion; not measured. */
  readonly defaultMemory: bigint
  readonly defaultCpus: bigint
  readonly sections: readonly Section[]
  /** Bytes that belong to no section; images built by webclave have none. */
  readonly strayBytes: number
  readonly crc: { readonly claimed: number; readonly computed: number; readonly ok: boolean }
  /** The PCRs by the rules of each profile. */
  readonly pcrs: Readonly<Record<ProfileName, Pcrs>>
  readonly signature: SignatureDescription | undefined
  readonly metadata: Readonly<Record<string, unknown>> | undefined
  /** What boots, if webclave built the image and it is intact. */
  readonly contents: ContentsOutline | undefined
  /**
   * Why `contents` is missing and the image cannot be started: not built for webclave (E_IMAGE_FOREIGN), or malformed.
   */
  readonly problem: EnclaveError | undefined
}

/** Who signed an image, and whether the signature is valid. */
export interface SignatureDescription {
  readonly subject: string
  readonly issuer: string
  readonly curve: string
  /** The certificate's validity, milliseconds since 1970. */
  readonly notBefore: number
  readonly notAfter: number
  /** Whether it is a valid signature of this image with a certificate that is valid now. */
  readonly ok: boolean
  /** Why it is not valid. */
  readonly problem: EnclaveError | undefined
}

/**
 * Describes and measures the image in `input`. A wrong CRC, an invalid signature, and contents that cannot boot are
 * reported, not thrown.
 *
 * @throws {EnclaveError} E_IMAGE_TRUNCATED, E_IMAGE_MAGIC, E_IMAGE_VERSION, E_IMAGE_SECTION, E_IMAGE_METADATA,
 *   E_IMAGE_SIGNATURE.
 * @example
 * const description = await describeImage(eif)
 * pcrHex(description.pcrs.qingtian, 0) // 96 hexadecimal digits
 */
export async function describeImage(
  input: ImageInput,
  options: { readonly tools?: HashTools; readonly at?: number } = {},
): Promise<ImageDescription> {
  const source = await openSource(input)
  const container = await readContainer(source)
  const { pcrs, crc, signature } = await measure(source, {
    ...options,
    container,
    profile: 'nitro',
    crc: true,
  })
  const metadata = container.sections.find(({ type }) => type === 'metadata')
  const contents = await readOutline(source, container).catch(ownError)
  return {
    size: container.size,
    version: container.version,
    flags: container.flags,
    architecture: container.flags & FLAG_AARCH64 ? 'aarch64' : 'x86_64',
    defaultMemory: container.defaultMemory,
    defaultCpus: container.defaultCpus,
    sections: container.sections,
    strayBytes: container.strayBytes,
    crc: { claimed: container.crc, computed: crc ?? 0, ok: container.crc === crc },
    pcrs: { qingtian: asQingtian(pcrs), nitro: pcrs },
    signature: signature && (await describeSignature(signature, pcrs, options.at ?? Date.now())),
    metadata: metadata && readMetadata(await readSmall(source, metadata, SMALL_SECTION_LIMIT.metadata)),
    contents: contents instanceof EnclaveError ? undefined : contents,
    problem: contents instanceof EnclaveError ? contents : undefined,
  }
}

async function describeSignature(
  signature: ImageSignature,
  pcrs: Pcrs,
  at: number,
): Promise<SignatureDescription> {
  const { subject, issuer, curve, notBefore, notAfter } = signature.certificate
  const problem = await assertSignature(signature, pcrs.get(0)!, at).then(() => undefined, ownError)
  return { subject, issuer, curve, notBefore, notAfter, ok: problem === undefined, problem }
}

/** The two profiles share PCR0 and PCR8; QingTian leaves the others zero (ecs_03_1410). */
function asQingtian(pcrs: Pcrs): Pcrs {
  return new Map(pcrs).set(1, new Uint8Array(PCR_LENGTH)).set(2, new Uint8Array(PCR_LENGTH))
}

/** Only errors of the image are part of its description; other errors are thrown. */
function ownError(error: unknown): EnclaveError {
  if (error instanceof EnclaveError) return error
  throw error
}
