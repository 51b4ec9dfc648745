/** Error codes of admission: components that are rejected before they run. */
import type { ErrorCode } from '../../base/error-code.ts'
import type { ErrorTable } from './entry.ts'

type Codes = Extract<ErrorCode, `E_ADMISSION_${string}` | 'E_COMPONENT_LINK'>

export const ADMISSION_ERRORS: ErrorTable<Codes> = {
  E_ADMISSION_EXPORT: {
    meaning: 'The component does not export wasi:cli/run, which an enclave starts.',
    advice: 'Build it as a command, not as a library.',
    cloud: ['19', 'E36'],
  },
  E_ADMISSION_FEATURE: {
    meaning:
      'The component uses a WebAssembly feature that enclaves do not support, such as threads or garbage collection.',
    advice: 'Build the component without the feature that the message names.',
    cloud: ['19', 'E36'],
  },
  E_ADMISSION_IMPORT: {
    meaning: 'The component imports an interface that enclaves do not provide.',
    advice:
      'Remove the import. An enclave provides qingtian:enclave, and WASI 0.2 without host files and without a network.',
    cloud: ['19', 'E36'],
  },
  E_ADMISSION_LIMIT: {
    meaning: 'The component exceeds one of the limits of admission.',
    advice: 'Make the component smaller; the message names the limit.',
    cloud: ['19', 'E36'],
  },
  E_ADMISSION_MALFORMED: {
    meaning: 'The component is not valid WebAssembly.',
    advice: 'Build it again with tools that produce WASI 0.2 components.',
    cloud: ['19', 'E36'],
  },
  E_ADMISSION_MEMORY: {
    meaning: 'The component needs more memory than the enclave was given.',
    advice:
      'Give the enclave more memory, or lower the sizes and the number of memories and tables in the component.',
    cloud: ['19', 'E36'],
  },
  E_ADMISSION_NAME: {
    meaning: 'A name in the component contains characters that are not allowed.',
    advice: 'Use only letters, digits and the punctuation that WIT allows.',
    cloud: ['19', 'E36'],
  },
  E_ADMISSION_NOT_COMPONENT: {
    meaning: 'The file to run is not a WebAssembly component.',
    advice: 'Build the image with make-img, which turns core modules into components.',
    cloud: ['19', 'E36'],
  },
  E_ADMISSION_START: {
    meaning: 'The component has a core start function, which would run outside the deadline of the start.',
    advice: 'Remove the start function, and run its code from wasi:cli/run.',
    cloud: ['19', 'E36'],
  },
  E_COMPONENT_LINK: {
    meaning: 'The component passed admission but could not be linked with its imports.',
    advice: "Build it for WASI 0.2 and qingtian:enclave; the message contains the linker's error.",
    cloud: ['19', 'E36'],
  },
}
