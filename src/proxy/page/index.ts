/**
 * `webclave/browser`: what only a browser's tab needs for enclaves. `isolateTab` prepares the tab; `openPageProxy` makes the
 * HTTP requests of its enclaves, which the page can read.
 *
 * @example browser
 * import { createParent } from 'webclave'
 * import { isolateTab, openPageProxy } from 'webclave/browser'
 *
 * await isolateTab()
 * const parent = await createParent({ vcpus: 2, memoryMiB: 512 })
 * openPageProxy(parent, { allowlist: ['api.example.com:443'] })
 *
 * @module
 */
export { EnclaveError, type ErrorParts } from '../../base/error.ts'
export type { ErrorCode } from '../../base/error-code.ts'
export { type IsolateTabOptions, isolateTab } from '../../platform/isolate-tab.ts'
export type { Destination } from '../rules.ts'
export type { PageAccess } from './access.ts'
export { openPageProxy, type PageProxy, type PageProxyOptions } from './open.ts'
export type { PageService, ServiceEnvironment } from './service.ts'
