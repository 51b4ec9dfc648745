/**
 * `webclave/artefacts`: the files that webclave loads at run time, for programs whose bundler does not carry them along.
 * A build copies them into a folder, and the program names that folder.
 */
import { EnclaveError } from '../base/error.ts'
import { ARTEFACT_FILES, setArtefactFolder } from './artefacts.ts'
import { isNode } from './environment.ts'

/** Files for building TypeScript applications, which needs the whole package, and for the command line. */
const OF_PACKAGE: readonly string[] = [ARTEFACT_FILES.sdk, ARTEFACT_FILES.guestModules, ARTEFACT_FILES.stamp]
/** What belongs to other files: the program of an enclave's process. */
const BESIDE: readonly string[] = ['enclave-process.cjs']

/**
 * Names the folder with webclave's files, before the first enclave is started: a URL, or in a page the path from which
 * they are served. Each Worker of a page has its own setting.
 *
 * @throws {EnclaveError} E_ARTEFACT if it is no URL.
 * @example browser
 * artefactsAt('/webclave/')
 */
export function artefactsAt(folder: string | URL): void {
  const text = String(folder)
  const withEnd = text.endsWith('/') ? text : `${text}/`
  const base = typeof location === 'undefined' ? undefined : location.href
  if (!URL.canParse(withEnd, base))
    throw new EnclaveError('E_ARTEFACT', {
      what: 'the folder of webclave’s files is not a URL',
      expected: "such as new URL('./webclave/', import.meta.url)",
      got: text.slice(0, 200),
    })
  setArtefactFolder(new URL(withEnd, base))
}

/**
 * Copies the files that webclave loads at run time into `folder`, which is created. For builds, in Node.
 *
 * @throws {EnclaveError} E_ARTEFACT in a browser.
 * @example build
 * await copyArtefacts('public/webclave')
 */
export async function copyArtefacts(folder: string | URL): Promise<void> {
  await copy(
    [...Object.values(ARTEFACT_FILES).filter((file) => !OF_PACKAGE.includes(file)), ...BESIDE],
    folder,
  )
}

/**
 * Copies `service-worker.js` into `folder`, from which it must be served: the one of the page, or one above it. For
 * builds, in Node.
 *
 * @throws {EnclaveError} E_ARTEFACT in a browser.
 * @example build
 * await copyServiceWorker('public')
 */
export async function copyServiceWorker(folder: string | URL): Promise<void> {
  await copy(['service-worker.js'], folder)
}

const ownUrl = (): string => import.meta.url

async function copy(files: readonly string[], folder: string | URL): Promise<void> {
  if (!isNode)
    throw new EnclaveError('E_ARTEFACT', {
      what: 'files can be copied only in Node',
      hint: 'copy them in the build',
    })
  const { cp } = globalThis.process.getBuiltinModule('node:fs/promises')
  const { join } = globalThis.process.getBuiltinModule('node:path')
  const { fileURLToPath } = globalThis.process.getBuiltinModule('node:url')
  const target = folder instanceof URL ? fileURLToPath(folder) : folder
  const source = fileURLToPath(new URL('../../dist/', ownUrl()))
  for (const file of files) await cp(join(source, file), join(target, file))
}
