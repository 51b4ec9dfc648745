/** The modules as an application's tests get them: built, because both share one test enclave. */
import type * as sdkModule from '../../src/sdk/index.ts'
import type * as testingModule from '../../src/testing/index.ts'

/** The folder of the built modules. */
export const dist: URL = new URL('../../dist/testing/', import.meta.url)

export const sdk: typeof sdkModule = await import(new URL('sdk.js', dist).href)
const testing = (await import(new URL('index.js', dist).href)) as typeof testingModule
export const testEnclave: testingModule.TestEnclave = testing.testEnclave
export const createTestParent: typeof testingModule.createTestParent = testing.createTestParent
