/**
 * The metadata section (SPEC §7): who built the image, when and with what. It is not measured, so nothing in it may
 * be believed; it is for people.
 */
import type { Bytes } from '../../base/bytes.ts'
import { EnclaveError } from '../../base/error.ts'
import { readJson } from '../../encoding/json.ts'
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

/** The bytes of a metadata section. @throws {EnclaveError} E_IMAGE_METADATA, E_IMAGE_CONTENT where none could read it. */
export function writeMetadata({ name, version, kernelVersion, buildTime, custom }: MetadataToWrite): Bytes {
  const bytes = canonicalBytes({
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
  readMetadata(bytes)
  return bytes
}

/**
 * The JSON object of a metadata section, of any maker.
 * @throws {EnclaveError} E_IMAGE_METADATA where it is none, or none that `base/json.ts` reads.
 */
export function readMetadata(bytes: Uint8Array): Readonly<Record<string, unknown>> {
  const value = readJson(bytes, notMetadata)
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as Readonly<Record<string, unknown>>
  }
  throw notMetadata('a JSON object', 'another JSON value')
}

function notMetadata(expected: string, got: string): EnclaveError {
  return new EnclaveError('E_IMAGE_METADATA', { what: 'the metadata section cannot be read', expected, got })
}
