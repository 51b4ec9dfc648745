/** Stands for `src/platform/artefacts.ts` in the compiler's Worker: what is bundled is in memory, the rest is on the host. */
import { ARTEFACTS as HOSTED } from '../../../src/platform/artefacts.ts'
import { RELEASE } from '../file-tree.ts'

export { readArtefact } from '../../../src/platform/artefacts.ts'

const inMemory = (path: string) => new URL(`file://${RELEASE}/dist/${path}`)

export const ARTEFACTS: typeof HOSTED = {
  ...HOSTED,
  sdk: inMemory('sdk/index.js'),
  guestModules: inMemory('guest-modules/list.json'),
}
