/**
 * The metadata section of an EIF: who built the image, when and with which tools. It is not measured, so it is for
 * information only and must not be trusted.
 */
import type { Bytes } from '../../base/bytes.ts'
import { EnclaveError } from '../../base/error.ts'
import { readJson } from '../../encoding/json.ts'
import { canonicalBytes, type Json } from './canonical-json.ts'

/** The members of the metadata section, with the names that the real tools use. */
export interface ImageMetadata {
  readonly ImageName: string
  readonly ImageVersion: string
  readonly BuildMetadata: {
    /** Absent unless the builder was given a time, because it would differ in every build. */
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
  /** The builder's own data (`CustomMetadata`). */
  readonly custom: Json
  /** About the container image of the application (`DockerInfo`). */
  readonly docker: Json
}

/**
 * Encodes a metadata section. @throws {EnclaveError} E_IMAGE_METADATA, E_IMAGE_CONTENT if it could not be read back.
 */
export function writeMetadata({
  name,
  version,
  kernelVersion,
  buildTime,
  custom,
  docker,
}: MetadataToWrite): Bytes {
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
    DockerInfo: docker,
    CustomMetadata: custom,
  })
  readMetadata(bytes)
  return bytes
}

/**
 * Parses a metadata section of any image.
 * @throws {EnclaveError} E_IMAGE_METADATA if it is not a JSON object that `encoding/json.ts` accepts.
 */
export function readMetadata(bytes: Uint8Array): Readonly<Record<string, unknown>> {
  const value = readJson(bytes, notMetadata)
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as Readonly<Record<string, unknown>>
  }
  throw notMetadata('a JSON object', 'another JSON value')
}

function notMetadata(expected: string, got: string): EnclaveError {
  return new EnclaveError('E_IMAGE_METADATA', { what: 'the metadata section is malformed', expected, got })
}
