/** Error codes of applications and images. */
import type { ErrorCode } from '../../base/error-code.ts'
import type { ErrorTable } from './entry.ts'

type Codes = Extract<
  ErrorCode,
  `E_${'APP' | 'IMAGE' | 'PCR'}_${string}` | `E_${'ARCHIVE' | 'ARTEFACT'}${string}`
>

export const IMAGE_ERRORS: ErrorTable<Codes> = {
  E_APP_COMPONENT: {
    meaning: 'The component is not WebAssembly, or is truncated.',
    advice: 'Pass a component, a core module, or the path of an application.',
    cloud: ['37', 'E48'],
  },
  E_APP_CORE_MODULE: {
    meaning: 'The core module cannot be turned into a component for enclaves.',
    advice: 'Export run, and import only qingtian:enclave, WASI 0.2 or WASI preview 1 without a network.',
    cloud: ['37', 'E48'],
  },
  E_APP_EMPTY: {
    meaning:
      'The application would start and do nothing: it has no default export, and no statement that runs.',
    advice: 'Write export default async function main() { … }, which is called when the enclave starts.',
    cloud: ['37', 'E48'],
  },
  E_APP_FILE: {
    meaning: "A file for the image is outside the application's folder.",
    advice: 'Move the file into the folder.',
    cloud: ['37', 'E48'],
  },
  E_APP_IMPORT: {
    meaning:
      'The application imports a module that does not exist or a file that cannot be bundled, or one of its packages imports a file from outside of the package.',
    advice:
      "Install the module in the application's node_modules, or remove the import. One that may be absent is loaded by require in a try, or is external in the manifest. Do not use a package that reads files of the machine.",
    cloud: ['37', 'E48'],
  },
  E_APP_INPUT: {
    meaning: 'The application was given to buildImage in a form that it does not know.',
    advice: 'Pass app: { source: text }, { component: Uint8Array } or { path: text }.',
    cloud: ['02', 'E03'],
  },
  E_APP_NOT_FOUND: {
    meaning: 'The path does not contain an application.',
    advice:
      'Pass a folder with index.ts or a package.json with main, or a file that ends in .ts, .js or .wasm.',
    cloud: ['37', 'E48'],
  },
  E_APP_SYNTAX: {
    meaning: "The application's source, its package.json or its tsconfig.json has a syntax error.",
    advice: 'Correct the line that the message names.',
    cloud: ['37', 'E48'],
  },
  E_APP_TYPES: {
    meaning:
      'The application has type errors, or its project has no TypeScript or no tsconfig.json to check them with.',
    advice: 'Correct them, or build without --check.',
  },
  E_ARCHIVE: {
    meaning: 'A ramdisk of the image is not a valid archive.',
    advice: 'Build the image again.',
    cloud: ['03', 'E35'],
  },
  E_ARCHIVE_NAME: {
    meaning: 'A file in an image has a name that is not allowed.',
    advice: 'Use relative paths with / between folders, without . and .., at most 1,023 bytes.',
    cloud: ['37', 'E48'],
  },
  E_ARTEFACT: {
    meaning: 'A file of the webclave package is missing or damaged, or a bundler or server has changed it.',
    advice:
      'In a program that a bundler made, have the files copied (docs/bundlers.md); in a checkout, run npm run build; otherwise install the package again.',
  },
  E_IMAGE_CERTIFICATE: {
    meaning: 'The certificate to sign the image with cannot be read, or is not valid now.',
    advice: 'Use a PEM certificate that is valid now and belongs to the private key.',
    cloud: ['38', 'E60'],
  },
  E_IMAGE_CONTENT: {
    meaning: 'The content of a section of the image is invalid.',
    advice: 'Correct the manifest or the option that the message names, and build the image again.',
    cloud: ['03', 'E35'],
  },
  E_IMAGE_CRC: {
    meaning: 'The checksum of the image is wrong: the file is damaged.',
    advice: 'Copy the image again, or build it again.',
    cloud: ['03', 'E35'],
  },
  E_IMAGE_DEBUG: {
    meaning: "The image's manifest forbids debug mode.",
    advice: 'Start the image without debug mode, or build it with a manifest that allows debug mode.',
    cloud: ['19', 'E36'],
  },
  E_IMAGE_FOREIGN: {
    meaning: "The image contains a kernel for a real cloud, not webclave's.",
    advice:
      'Build your application with make-img: this image can be described, measured and signed here, but not started.',
    cloud: ['03', 'E35'],
  },
  E_IMAGE_INPUT: {
    meaning:
      'What a program gave as an image is neither bytes nor something that can be read, such as a path.',
    advice: 'Pass what readFile gives, or eif of what buildImage gives.',
  },
  E_IMAGE_KERNEL: {
    meaning: 'The image was built by another release of webclave, with a different kernel.',
    advice:
      'Start it with the release that the message names, or build it again with this one, which changes its PCR0.',
    cloud: ['03', 'E35'],
  },
  E_IMAGE_KEY: {
    meaning: 'The private key cannot sign images, or does not match the certificate.',
    advice: 'Use a PEM private key on P-256, P-384 or P-521, and its certificate.',
    cloud: ['40', 'E60'],
  },
  E_IMAGE_MAGIC: {
    meaning: 'The file is not an enclave image: it does not begin with the EIF magic.',
    advice: 'Pass an .eif file.',
    cloud: ['03', 'E35'],
  },
  E_IMAGE_MEMORY: {
    meaning: "The image's manifest requires more memory than the enclave was given.",
    advice:
      'Give the enclave at least as much memory as the manifest requires; qt enclave query-eif shows it.',
    cloud: ['10', 'E26'],
  },
  E_IMAGE_METADATA: {
    meaning: 'The metadata section of the image, or the metadata for a new image, is invalid.',
    advice: 'Correct the JSON that the message names; metadata must be one object.',
    cloud: ['03', 'E35'],
  },
  E_IMAGE_SECTION: {
    meaning: 'The section table of the image is inconsistent, or has no room for another section.',
    advice: 'Build the image again.',
    cloud: ['03', 'E35'],
  },
  E_IMAGE_SIGNATURE: {
    meaning: 'The signature of the image is invalid.',
    advice: 'Sign the image again with a certificate that is valid now.',
    cloud: ['19', 'E59'],
  },
  E_IMAGE_SIZE: {
    meaning: 'The image is larger than the memory that the enclave was given.',
    advice: 'Give the enclave more memory than the size of the image.',
    cloud: ['10', 'E26'],
  },
  E_IMAGE_TRUNCATED: {
    meaning: 'The image file is truncated.',
    advice: 'Copy the image again, or build it again.',
    cloud: ['03', 'E35'],
  },
  E_IMAGE_VERSION: {
    meaning: 'The EIF version of the image is not supported.',
    advice: 'Build the image again with this release.',
    cloud: ['03', 'E35'],
  },
  E_PCR_INDEX: {
    meaning: 'The PCR does not exist, or is not among the given PCRs.',
    advice: 'Use PCR0 to PCR31.',
  },
  E_PCR_VALUE: {
    meaning: 'The value of a PCR is not 48 bytes long.',
    advice: 'Pass 96 hexadecimal digits.',
  },
}
