/**
 * Admission: what may run in an enclave, and how large it may grow. Runs in Node, a page and a Worker.
 *
 * @module
 */
export { type AdmissionReport, type AdmitOptions, type Admitted, admit, type BoundsReport } from './admit.ts'
export { clampModules } from './core-modules.ts'
export type { Feature } from './instructions.ts'
export { LIMITS, type LimitedItem, type Reading } from './limits.ts'
