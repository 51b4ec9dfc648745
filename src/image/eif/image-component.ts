/** Finds the component that an image of ours runs, without reading the rest of the image. */
import type { Bytes } from '../../base/bytes.ts'
import { EnclaveError } from '../../base/error.ts'
import { describeImage, type ImageDescription } from '../describe.ts'
import { type ImageInput, openSource } from './source.ts'

/** A component of an image: the application itself, or the engine that evaluates it. */
export interface ImageComponent {
  readonly role: 'application' | 'engine'
  readonly bytes: Bytes
}

/** Larger ones are refused at a start, so nobody needs to hold them. */
const LARGEST = 64 * 1024 * 1024

/**
 * The component in the image `input`; undefined for an image of another maker.
 *
 * @param description of that image, where it has been described already.
 * @throws {EnclaveError} E_IMAGE_CONTENT where it is larger than any that can be started, and as `describeImage`.
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
