/** What `make-img` builds from: an application at a path (`--app`), or a container image in a file (`--docker-uri`). */

import type { Manifest } from '../../image/eif/manifest.ts'
import type { BuildOptions } from '../../image/index.ts'
import { readFiles, splitPair, twice } from './application-files.ts'
import { type Command, type OptionSpecs, type OptionValues, UsageError } from './command.ts'

export const APPLICATION_OPTIONS: OptionSpecs = {
  app: {
    type: 'string',
    value: 'PATH',
    excludes: ['docker-uri'],
    help: 'the application: a folder, a .ts file, or a .wasm component or module',
  },
  'docker-uri': {
    type: 'string',
    value: 'PATH[:TAG]',
    excludes: ['check', 'check-reproducible'],
    help: 'in place of --app, a container image in a file: of docker save, an OCI archive, or the folder of an OCI layout; also with oci:, oci-archive: or docker-archive: before it',
  },
}

/** An application as `buildImage` takes it. */
export type Loaded = Pick<BuildOptions, 'app' | 'args' | 'env' | 'files' | 'dockerInfo'> & {
  readonly warnings: readonly string[]
}

interface Settings {
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly manifest: Manifest
  /** HOST=GUEST, files that are added. */
  readonly pairs: readonly string[]
}

/** The path of `--app`; undefined if there is a container image instead. @throws {UsageError} E_USAGE_MISSING */
export function pathOfApplication(options: OptionValues, { example }: Command): string | undefined {
  const path = options.text('app')
  if (path !== undefined || options.text('docker-uri') !== undefined) return path
  throw new UsageError('E_USAGE_MISSING', {
    what: 'missing necessary argument --app or --docker-uri',
    hint: `for example: ${example}`,
  })
}

/** The application at `path`, with its files. @throws {EnclaveError} E_APP_FILE, E_FILE */
export async function loadPathOf(path: string, { args, env, pairs }: Settings): Promise<Loaded> {
  return { app: { path }, args, env, files: await readFiles(path, pairs), warnings: [] }
}

/**
 * The application in the container image that `uri` names. Arguments are put after the image's own, variables take the
 * place of those with the same names.
 * @throws {EnclaveError} E_OCI_…, E_FILE, E_APP_…
 */
export async function loadContainer(uri: string, { args, env, manifest, pairs }: Settings): Promise<Loaded> {
  const split = pairs.map(splitPair)
  const repeated = split.find(([, guest], at) => split.findIndex(([, other]) => other === guest) < at)
  if (repeated) throw twice(repeated[1])
  // Only now: the help of the command needs none of it.
  const { loadContainerImage } = await import('../../oci/index.ts')
  const image = await loadContainerImage(uri, { choices: manifest, request: split.map(([host]) => host) })
  const added = split.map(([host, guest]) => [guest, image.requested.get(host)!] as const)
  return {
    app: image.app,
    args: [...image.args, ...args],
    env: { ...image.env, ...env },
    files: new Map([...image.files, ...added]),
    dockerInfo: image.info,
    warnings: image.warnings,
  }
}
