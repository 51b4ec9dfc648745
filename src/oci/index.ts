/**
 * Reads a container image from a file of this machine, `docker save`'s or OCI's, as an application for an enclave. Everything
 * in the image is hostile; nothing of it is run. Node only.
 */
import type { Bytes } from '../base/bytes.ts'
import { EnclaveError } from '../base/error.ts'
import type { ApplicationInput } from '../image/build/application-input.ts'
import type { Json } from '../image/eif/canonical-json.ts'
import type { BundlerChoices } from '../image/eif/manifest.ts'
import { type ChosenImage, chooseImage } from './choose.ts'
import { filesToTake } from './files.ts'
import { readContents, readTree } from './layers.ts'
import { OCI_LIMITS, type OciLimits } from './limits.ts'
import { type ModuleFiles, modulesOf } from './modules.ts'
import { type Program, programOf } from './program.ts'
import { readReference } from './reference.ts'
import { shown } from './refusal.ts'
import { bundleScript } from './script.ts'
import { openStore } from './store.ts'
import type { Content, Tree } from './tree.ts'

/** An application as its image describes it. */
export interface ContainerApplication {
  readonly app: ApplicationInput
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly files: ReadonlyMap<string, Bytes>
  /** The files that were requested besides, by the paths with which they were requested. */
  readonly requested: ReadonlyMap<string, Bytes>
  /** For `DockerInfo` of an image's metadata: what the enclave has no place for, such as the user. */
  readonly info: Json
  readonly warnings: readonly string[]
}

export interface ContainerOptions {
  readonly choices?: BundlerChoices
  /** Paths of further files in the image. */
  readonly request?: readonly string[]
  readonly limits?: OciLimits
}

/**
 * Loads the image that `uri` names: a path, with a prefix and a tag as skopeo takes them.
 *
 * @throws {EnclaveError} E_OCI_…; E_APP_… if its JavaScript cannot be bundled.
 */
export async function loadContainerImage(
  uri: string,
  { choices = {}, request = [], limits = OCI_LIMITS }: ContainerOptions = {},
): Promise<ContainerApplication> {
  const reference = await readReference(uri)
  const store = await openStore(reference.path, reference.isFolder, limits)
  try {
    const image = await chooseImage(store, reference, limits)
    const tree = await readTree(store, image.layers, limits)
    const program = programOf(tree, image.config)
    const { files, warnings } = await filesToTake(tree, program, limits)
    const isScript = program.kind === 'script'
    const modules = isScript ? await modulesOf(tree, program, image.config.workingDir, limits) : undefined
    const requested = new Map(request.map((path) => [path, requestedFile(path, tree)]))
    const own = program.file.node.content
    const wanted = new Set([
      ...files.values(),
      ...(modules?.files.values() ?? []),
      ...requested.values(),
      own,
    ])
    const contents = await readContents(store, image.layers, wanted, limits)
    const loaded = await load(program, modules, contents, choices)
    const bytesOf = ([path, content]: readonly [string, Content]) => [path, contents.get(content)!] as const
    return {
      app: loaded.app,
      args: program.args,
      env: image.config.env,
      files: new Map([...files].map(bytesOf)),
      requested: new Map([...requested].map(bytesOf)),
      info: infoOf(image),
      warnings: [...warnings, ...loaded.warnings],
    }
  } finally {
    await store.close()
  }
}

/** `modules` are those of a program in JavaScript. */
async function load(
  { file }: Program,
  modules: ModuleFiles | undefined,
  contents: ReadonlyMap<Content, Bytes>,
  choices: BundlerChoices,
): Promise<{ app: ApplicationInput; warnings: readonly string[] }> {
  if (!modules) return { app: { component: contents.get(file.node.content)! }, warnings: [] }
  const { source, warnings } = await bundleScript(file.path.join('/'), modules, contents, choices)
  return { app: { source, isBundled: true }, warnings }
}

/** @throws {EnclaveError} E_FILE */
function requestedFile(path: string, tree: Tree): Content {
  const found = tree.file(path)
  if (found) return found.node.content
  throw new EnclaveError('E_FILE', {
    what: `the file ${shown(path)} is not in the container image`,
    expected: 'the path of a file in it',
  })
}

/** As the real tools name it, without the environment, which is in the command line and may be long. */
function infoOf({ id, config }: ChosenImage): Json {
  const { architecture, os, entrypoint, cmd, user, workingDir } = config
  return {
    Architecture: architecture,
    Config: { Cmd: cmd, Entrypoint: entrypoint, User: user, WorkingDir: workingDir },
    Id: id,
    Os: os,
  }
}
