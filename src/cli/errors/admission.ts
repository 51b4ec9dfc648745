/** What the error codes mean: components that are refused before they run. */
import type { ErrorCode } from '../../base/error-code.ts'
import type { ErrorTable } from './entry.ts'

type Codes = Extract<ErrorCode, `E_ADMISSION_${string}` | 'E_COMPONENT_LINK'>

export const ADMISSION_ERRORS: ErrorTable<Codes> = {
  E_ADMISSION_EXPORT: {
    meaning: 'The component does not export what an enclave starts: wasi:cli/run.',
    advice: 'Build it as a command, not as a library.',
    cloud: ['19', 'E36'],
  },
  E_ADMISSION_FEATURE: {
    meaning:
      'The component uses a part of WebAssembly that enclaves do not have, such as threads or garbage collection.',
    advice: 'Build it without the feature that the message names.',
    cloud: ['19', 'E36'],
  },
  E_ADMISSION_IMPORT: {
    meaning: 'The component imports something that an enclave does not have.',
    advice:
      'Build the application without it: an enclave has qingtian:enclave, and WASI 0.2 without files of the machine and without a network.',
    cloud: ['19', 'E36'],
  },
  E_ADMISSION_LIMIT: {
    meaning: 'The component has more of something than is allowed.',
    advice: 'Make the component smaller; the message names what there is too much of.',
    cloud: ['19', 'E36'],
  },
  E_ADMISSION_MALFORMED: {
    meaning: 'The component is not valid WebAssembly.',
    advice: 'Build it again, with tools that write WebAssembly components of WASI 0.2.',
    cloud: ['19', 'E36'],
  },
  E_ADMISSION_MEMORY: {
    meaning: 'The component needs more memory than the enclave was given.',
    advice:
      'Give the enclave more memory, or lower the memories, tables and counts that the component declares.',
    cloud: ['19', 'E36'],
  },
  E_ADMISSION_NAME: {
    meaning: 'A name in the component holds characters that are not allowed.',
    advice: 'Use names of letters, digits and the punctuation of WIT.',
    cloud: ['19', 'E36'],
  },
  E_ADMISSION_NOT_COMPONENT: {
    meaning: 'What is to run is not a WebAssembly component.',
    advice: 'Build the image with make-img, which makes components of core modules.',
    cloud: ['19', 'E36'],
  },
  E_ADMISSION_START: {
    meaning: 'The component runs code in a core start function, which no deadline would bound.',
    advice: 'Build it without a start function, and run the code from wasi:cli/run.',
    cloud: ['19', 'E36'],
  },
  E_COMPONENT_LINK: {
    meaning: 'The component was admitted but cannot be linked with its imports.',
    advice: 'Build it for WASI 0.2 and qingtian:enclave; the message has what the linker said.',
    cloud: ['19', 'E36'],
  },
}
