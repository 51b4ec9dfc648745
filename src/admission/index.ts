/**
 * Admission: what may run in an enclave, and how large it may grow. Runs in Node, a page and a Worker.
 *
 * @module
 */
export { type AdmitOptions, type Admitted, admit, admitModule } from './admit.ts'
export type { Feature } from './instructions.ts'
export { limitModules, type ModuleLimits } from './limit-modules.ts'
export { LIMITS, type LimitedItem, NAME_LIMIT, type Reading } from './limits.ts'
export { type AdmissionReport, type BoundsReport, type InspectionReport, inspectComponent } from './report.ts'
export { componentWit } from './wit.ts'
