/** Reads the component that one of webclave's images runs, without reading the rest of the image. */
import type { Bytes } from '../../base/bytes.ts'
import { EnclaveError } from '../../base/error.ts'
import { describeImage, type ImageDescription } from '../describe.ts'
import { type ImageInput, openSource } from './source.ts'

/** A component of an image: the application itself, or the engine that evaluates it. */
export interface ImageComponent {
  readonly role: 'application' | 'engine'
  readonly bytes: Bytes
}

/** Admission refuses larger components, so they are not read either. */
const LARGEST = 64 * 1024 * 1024

/**
 * Reads the component in the image `input`; undefined for an image that was not built for webclave.
 *
 * @param description of that image, if it has already been described.
 * @throws {EnclaveError} E_IMAGE_CONTENT if it is too large to be started, and the errors of `describeImage`.
 * @example
 * const component = await readImageComponent(eif)
 * component.role // 'engine'
 */
export async function readImageComponent(
  input: ImageInput,
  description?: ImageDescription,
): Promise<ImageComponent | undefined> {
  const { contents, sections } = description ?? (await describeImage(input))
  if (!contents) return undefined
  const [boot, application] = sections.filter(({ type }) => type === 'ramdisk')
  const own = contents.application.find(({ name }) => name === 'app.wasm')
  const entry = own ?? contents.boot.find(({ name }) => name === 'engine.wasm')!
  if (entry.size > LARGEST) {
    throw new EnclaveError('E_IMAGE_CONTENT', {
      what: `${entry.name} is too large`,
      expected: `${LARGEST} bytes or fewer`,
      got: `${entry.size}`,
    })
  }
  const { dataOffset } = own ? application! : boot!
  const source = await openSource(input)
  return {
    role: own ? 'application' : 'engine',
    bytes: await source.read(dataOffset + entry.offset, entry.size),
  }
}
