/**
 * `webclave/image`: builds, reads, describes, measures and signs enclave images (EIF). Runs in Node, a page and a Worker.
 *
 * @example
 * import { buildImage, measure, pcrHex } from 'webclave/image'
 *
 * const { eif, pcrs } = await buildImage({ app: { source: 'console.log("hello")' } })
 * const measured = await measure(eif)
 * pcrHex(measured.pcrs, 0) === pcrHex(pcrs, 0) // true
 *
 * @module
 */

export type { Bytes } from '../base/bytes.ts'
export { EnclaveError, type ErrorParts } from '../base/error.ts'
export type { ErrorCode } from '../base/error-code.ts'
export { type Pcrs, type PcrTexts, pcrHex, pcrsFromHex, pcrsToHex } from '../base/pcrs.ts'
export type { ProfileName } from '../base/profile.ts'
export type { CurveName } from '../encoding/ecdsa.ts'
export type { ApplicationInput } from './build/application-input.ts'
export { type Artefacts, shippedArtefacts } from './build/artefacts.ts'
export { type BuildOptions, type BuiltImage, buildImage } from './build/build.ts'
export { describeImage, type ImageDescription, type SignatureDescription } from './describe.ts'
export { diffImages, type ImageDiff, type ImageDifference } from './diff.ts'
export type { Json } from './eif/canonical-json.ts'
export { type Container, readContainer, type Section } from './eif/container.ts'
export {
  type Application,
  type BootContents,
  type ContentsOutline,
  readBootContents,
} from './eif/contents.ts'
export type { ArchiveEntry } from './eif/cpio.ts'
export { type Eif, type HeaderFields, parseEif, type SectionData, writeEif } from './eif/eif.ts'
export { type ImageComponent, readImageComponent } from './eif/image-component.ts'
export type { SectionType } from './eif/layout.ts'
export {
  type BundlerChoices,
  type CommandLine,
  type KernelDescriptor,
  type Manifest,
  WIT_PACKAGE,
} from './eif/manifest.ts'
export { type ImageInput, type ImageSource, openSource, type ReadableHandle } from './eif/source.ts'
export { fastestTools } from './measure/hash.ts'
export type { HashTools, StreamingSha384 } from './measure/hash-tools.ts'
export {
  extendZero,
  type Measurement,
  type MeasureOptions,
  measure,
} from './measure/measure.ts'
export { type Signer, signImage } from './sign/sign.ts'
export type { ImageSignature } from './sign/signature.ts'
export type { SigningCertificate } from './sign/signing-certificate.ts'
export { verifyImage } from './sign/verify.ts'
