/** What the error codes mean: applications and images. */
import type { ErrorCode } from '../../base/error-code.ts'
import type { ErrorTable } from './entry.ts'

type Codes = Extract<ErrorCode, `E_${'APP' | 'IMAGE' | 'PCR'}_${string}` | `E_AR${string}`>

export const IMAGE_ERRORS: ErrorTable<Codes> = {
  E_APP_COMPONENT: {
    meaning: 'What was given as a component is not WebAssembly, or is cut off.',
    advice: 'Give a component, a core module, or the path of an application.',
    cloud: ['37', 'E48'],
  },
  E_APP_CORE_MODULE: {
    meaning: "A core module cannot be made into a component of an enclave's world.",
    advice: 'Export run, and import only qingtian:enclave, WASI 0.2 or WASI preview 1 without a network.',
    cloud: ['37', 'E48'],
  },
  E_APP_FILE: {
    meaning: "A file that is to go into the image lies outside the application's folder.",
    advice: 'Move the file into the folder.',
    cloud: ['37', 'E48'],
  },
  E_APP_IMPORT: {
    meaning: 'The application imports a module that is not there, or that only Node has.',
    advice:
      'Install the module beside the application, or do without it: an enclave has no files, processes or network of Node.',
    cloud: ['37', 'E48'],
  },
  E_APP_NOT_FOUND: {
    meaning: 'There is no application at the path.',
    advice:
      'Give a folder with index.ts or a package.json with main, or a file that ends in .ts, .js or .wasm.',
    cloud: ['37', 'E48'],
  },
  E_APP_SYNTAX: {
    meaning: "The application's source, or its package.json, cannot be read.",
    advice: 'Correct the line that the message names.',
    cloud: ['37', 'E48'],
  },
  E_ARCHIVE: {
    meaning: 'A ramdisk of the image is not the archive that it should be.',
    advice: 'Build the image again.',
    cloud: ['19', 'E35'],
  },
  E_ARCHIVE_NAME: {
    meaning: 'A file in an image has a name that is not allowed.',
    advice: 'Use relative paths with / between folders, without . and .., at most 1,023 bytes.',
    cloud: ['37', 'E48'],
  },
  E_ARTEFACT: {
    meaning: 'A file that belongs to webclave is missing or damaged.',
    advice: 'In a checkout run npm run build; otherwise install the package again.',
  },
  E_IMAGE_CERTIFICATE: {
    meaning: 'The certificate that is to sign an image cannot be read, or is not valid now.',
    advice: 'Use a certificate in PEM that is valid now and belongs to the key.',
    cloud: ['38', 'E60'],
  },
  E_IMAGE_CONTENT: {
    meaning: 'A section of the image, or what is to go into one, is not what it should be.',
    advice: 'Correct the manifest or the option that the message names, and build the image again.',
    cloud: ['19', 'E35'],
  },
  E_IMAGE_CRC: {
    meaning: 'The checksum of the image is not that of its bytes: it was damaged on its way.',
    advice: 'Copy the image again, or build it again.',
    cloud: ['19', 'E35'],
  },
  E_IMAGE_DEBUG: {
    meaning: "The image's manifest forbids debug mode.",
    advice: 'Start it without debug mode, or build it with a manifest that allows it.',
    cloud: ['19', 'E36'],
  },
  E_IMAGE_FOREIGN: {
    meaning: 'The image holds a kernel for a real cloud, not one of webclave.',
    advice:
      'It can be described, measured and signed here, but not started: build the application with make-img.',
    cloud: ['19', 'E35'],
  },
  E_IMAGE_KERNEL: {
    meaning: 'The image was built by another release of webclave, whose kernel is another one.',
    advice:
      'Start it with the release that the message names, or build it again with this one: its PCR0 then changes.',
    cloud: ['19', 'E35'],
  },
  E_IMAGE_KEY: {
    meaning: 'The private key cannot sign images, or is not that of the certificate.',
    advice: 'Use a key on P-256, P-384 or P-521 in PEM, and the certificate made for it.',
    cloud: ['40', 'E60'],
  },
  E_IMAGE_MAGIC: {
    meaning: 'The file does not begin as an enclave image does.',
    advice: 'Give an .eif file.',
    cloud: ['19', 'E35'],
  },
  E_IMAGE_MEMORY: {
    meaning: "The image's manifest asks for more memory than the enclave was given.",
    advice: 'Give as much memory as the manifest asks for: query-eif shows it.',
    cloud: ['10', 'E26'],
  },
  E_IMAGE_METADATA: {
    meaning: 'The metadata of the image cannot be read, or what was given as metadata cannot be written.',
    advice: 'Correct the JSON that the message names; metadata is one object.',
    cloud: ['19', 'E35'],
  },
  E_IMAGE_SECTION: {
    meaning: 'The table of sections of the image contradicts itself, or has no room for another one.',
    advice: 'Build the image again.',
    cloud: ['19', 'E35'],
  },
  E_IMAGE_SIGNATURE: {
    meaning: 'The signature of the image does not hold.',
    advice: 'Sign the image again, with a certificate that is valid now.',
    cloud: ['19', 'E59'],
  },
  E_IMAGE_SIZE: {
    meaning: 'The image is larger than the memory that the enclave was given.',
    advice: 'Give more memory than the image has bytes.',
    cloud: ['10', 'E26'],
  },
  E_IMAGE_TRUNCATED: {
    meaning: 'The image ends in the middle of something.',
    advice: 'Copy the image again, or build it again.',
    cloud: ['19', 'E35'],
  },
  E_IMAGE_VERSION: {
    meaning: 'The image is of a version of the format that is not read here.',
    advice: 'Build the image again, with this release.',
    cloud: ['19', 'E35'],
  },
  E_PCR_INDEX: {
    meaning: 'A PCR was named that does not exist, or that is not among those given.',
    advice: 'Name PCR0 to PCR31.',
  },
  E_PCR_VALUE: {
    meaning: 'The value of a PCR is not 48 bytes.',
    advice: 'Give 96 hexadecimal digits.',
  },
}
