/** Error codes of container images, from which an enclave image is built. */
import type { ErrorCode } from '../../base/error-code.ts'
import type { ErrorTable } from './entry.ts'

type Codes = Extract<ErrorCode, `E_OCI_${string}`>

export const CONTAINER_ERRORS: ErrorTable<Codes> = {
  E_OCI_DIGEST: {
    meaning:
      'A part of the container image does not have the size or the digest that the image itself names.',
    advice: 'It is damaged or was changed: save or copy it again.',
    cloud: ['37', 'E48'],
  },
  E_OCI_DOCUMENT: {
    meaning: 'A JSON document of the container image is malformed, or something that it names is missing.',
    advice: 'Save the image again with docker save or skopeo copy.',
    cloud: ['37', 'E48'],
  },
  E_OCI_ENTRY: {
    meaning: 'The container image runs a program that an enclave of webclave cannot run.',
    advice:
      'Let ENTRYPOINT or CMD be a WebAssembly module or component for WASI, or node with a JavaScript file. Any other image runs only in a real QingTian or Nitro enclave.',
    cloud: ['37', 'E48'],
  },
  E_OCI_LAYER: {
    meaning: 'A layer of the container image cannot be decompressed, or is not a file system.',
    advice: 'Copy the image with skopeo copy --dest-compress-format gzip, or save it again.',
    cloud: ['37', 'E48'],
  },
  E_OCI_LIMIT: {
    meaning:
      'The container image has more, larger or more deeply nested files than are read, or a layer that decompresses to far more than its size.',
    advice: 'Build a smaller image, from scratch or a slim base, with only what the program needs.',
    cloud: ['37', 'E48'],
  },
  E_OCI_LINK: {
    meaning:
      'A link in the container image never ends or has too many steps, or a hard link leads to nothing.',
    advice: 'Build the image again without that link.',
    cloud: ['37', 'E48'],
  },
  E_OCI_PLATFORM: {
    meaning: 'The container image has no usable platform, or several of which none is preferred.',
    advice: 'Save one platform: docker save --platform, or skopeo copy --override-os and --override-arch.',
    cloud: ['37', 'E48'],
  },
  E_OCI_REFERENCE: {
    meaning:
      'The container image is missing at that place of this machine, or there are several and nothing says which one is meant.',
    advice:
      'There is no Docker engine here, and no image is fetched. Make a file with docker save -o or skopeo copy, and name it, with :TAG or :NAME:TAG if it contains several images.',
    cloud: ['37', 'E50'],
  },
  E_OCI_TAR: {
    meaning:
      'A tar archive of the container image is truncated or malformed, or contains a name that leads out of it, a file twice or a sparse file.',
    advice: 'Build or save the image again.',
    cloud: ['37', 'E48'],
  },
}
