/**
 * Enclave images (EIF): build, read, describe, measure. The public `webclave/image`; runs in Node, a page and a
 * Worker.
 *
 * @module
 */
export type { ApplicationInput } from './application.ts'
export { type Artefacts, shippedArtefacts } from './artefacts.ts'
export { type BuildOptions, type BuiltImage, buildImage } from './build.ts'
export { type Container, readContainer, type Section } from './container.ts'
export { type Application, type BootContents, type ContentsOutline, readBootContents } from './contents.ts'
export { describeImage, type ImageDescription, type SignatureDescription } from './describe.ts'
export { diffImages, type ImageDiff, type ImageDifference } from './diff.ts'
export { type Eif, type HeaderFields, parseEif, type SectionData, writeEif } from './eif.ts'
export { fastestTools, type HashTools, type StreamingSha384 } from './hash.ts'
export { type ImageComponent, readImageComponent } from './image-component.ts'
export type { SectionType } from './layout.ts'
export { type KernelDescriptor, type Manifest, WIT_PACKAGE } from './manifest.ts'
export {
  extendZero,
  type ImagePcrs,
  type Measurement,
  type MeasureOptions,
  measure,
  type Profile,
  pcrsToHex,
} from './measure.ts'
export { type Signer, signImage } from './sign.ts'
export type { ImageSignature } from './signature.ts'
export type { SigningCertificate } from './signing-certificate.ts'
export { type ImageInput, type ImageSource, openSource, type ReadableHandle } from './source.ts'
export { verifyImage } from './verify.ts'
