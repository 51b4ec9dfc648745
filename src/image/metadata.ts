/**
 * The metadata section (SPEC §7): who built the image, when and with what. It is not measured, so nothing in it may
 * be believed; it is for people.
 */
import type { Bytes } from '../base/bytes.ts'
import { EnclaveError } from '../base/error.ts'
import { canonicalBytes, type Json } from './canonical-json.ts'

/** The members of the metadata section, named as the real tools name them. */
export interface ImageMetadata {
  readonly ImageName: string
  readonly ImageVersion: string
  readonly BuildMetadata: {
    /** Absent unless the builder was told a time: it would differ in every build. */
    readonly BuildTime?: string
    readonly BuildTool: string
    readonly BuildToolVersion: string
    readonly OperatingSystem: string
    readonly KernelVersion: string
  }
}

export interface MetadataToWrite {
  readonly name: string
  readonly version: string
  readonly kernelVersion: string
  readonly buildTime: string | undefined
  /** What the builder wants to say besides. */
  readonly custom: Json
}

/** The bytes of a metadata section. */
export function writeMetadata({ name, version, kernelVersion, buildTime, custom }: MetadataToWrite): Bytes {
  return canonicalBytes({
    ImageName: name,
    ImageVersion: version,
    BuildMetadata: {
      BuildTime: buildTime,
      BuildTool: 'webclave',
      BuildToolVersion: kernelVersion,
      OperatingSystem: 'webclave',
      KernelVersion: kernelVersion,
    },
    DockerInfo: {},
    CustomMetadata: custom,
  })
}

/**
 * The JSON object of a metadata section, of any maker.
 * @throws {EnclaveError} E_IMAGE_METADATA where it is none.
 */
export function readMetadata(bytes: Uint8Array): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      return value as Readonly<Record<string, unknown>>
    }
  } catch (cause) {
    throw notMetadata(bytes, cause)
  }
  throw notMetadata(bytes)
}

function notMetadata(bytes: Uint8Array, cause?: unknown): EnclaveError {
  return new EnclaveError('E_IMAGE_METADATA', {
    what: 'the metadata section cannot be read',
    expected: 'a JSON object',
    got: `${bytes.byteLength} bytes that are none`,
    cause,
  })
}
