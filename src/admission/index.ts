/**
 * Admission: decides which components may run in an enclave, and how much memory they may use. Runs in Node, in a page
 * and in a Worker.
 *
 * @module
 */
export {
  type AdmitOptions,
  type Admitted,
  admit,
  admitModule,
  clampModule,
  limitsOf,
  type Survey,
  surveyComponent,
  surveyModule,
} from './admit.ts'
export type { Feature } from './instructions.ts'
export { limitModules, type ModuleLimits } from './limit-modules.ts'
export { LIMITS, type LimitedItem, NAME_LIMIT, type Reading } from './limits.ts'
export { type AdmissionReport, type BoundsReport, type InspectionReport, inspectComponent } from './report.ts'
export { componentWit } from './wit.ts'
