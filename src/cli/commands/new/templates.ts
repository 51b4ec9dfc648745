/** The templates of `qt new`: folders of files in src/cli/templates, copied over each other, and a package.json. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { PACKAGE_JSON, TEMPLATES } from '../../packaged.ts'

/** A template: its folders, files from elsewhere in the package, and what its npm scripts do. */
interface Template {
  readonly folders: readonly string[]
  readonly files?: Readonly<Record<string, string>>
  readonly scripts: Readonly<Record<string, string>>
}

/** `check` compiles guest and host separately: they have different globals. */
const TYPESCRIPT = {
  build: 'qt enclave make-img --app guest --eif enclave.eif',
  start: 'node host/index.ts',
  test: 'vitest run',
  check: 'tsc -p guest && tsc',
}

const COMPILED = {
  compile: 'node compile.ts',
  build: 'npm run -s compile && qt enclave make-img --app build/guest.wasm --eif enclave.eif',
  start: 'npm run -s compile && node host/index.ts',
  test: 'npm run -s compile && vitest run',
  check: 'npm run -s compile && tsc',
}

export type TemplateName = 'echo' | 'signer' | 'tokenizer' | 'c' | 'rust'

const ALL: Readonly<Record<TemplateName, Template>> = {
  echo: { folders: ['common', 'typescript', 'echo'], scripts: TYPESCRIPT },
  signer: { folders: ['common', 'typescript', 'signer'], scripts: TYPESCRIPT },
  tokenizer: { folders: ['common', 'typescript', 'tokenizer'], scripts: TYPESCRIPT },
  c: { folders: ['common', 'compiled', 'c'], scripts: COMPILED },
  rust: { folders: ['common', 'compiled', 'rust'], scripts: COMPILED },
}

/** The names of the templates. */
export const TEMPLATE_NAMES = Object.keys(ALL) as readonly TemplateName[]

/** Packages of webclave's own tests that a project needs too, in the same versions. */
const DEV_DEPENDENCIES = ['@types/node', 'typescript', 'vitest']

/** npm does not put a file of that name into a package. */
const RENAMED: Readonly<Record<string, string>> = { gitignore: '.gitignore' }

/** The files of a project `name`, by their paths in its folder. */
export async function projectFiles(
  template: TemplateName,
  name: string,
): Promise<ReadonlyMap<string, string>> {
  const { folders, files = {}, scripts } = ALL[template]
  const project = new Map([['package.json', await packageJson(name, scripts)]])
  for (const folder of folders) {
    const root = join(TEMPLATES, folder)
    for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue
      const path = join(entry.parentPath, entry.name)
      const target = path.slice(root.length + 1)
      project.set(RENAMED[target] ?? target, (await readFile(path, 'utf8')).replaceAll('{{name}}', name))
    }
  }
  for (const [path, source] of Object.entries(files)) project.set(path, await readFile(source, 'utf8'))
  return project
}

async function packageJson(name: string, scripts: Readonly<Record<string, string>>): Promise<string> {
  const own = JSON.parse(await readFile(PACKAGE_JSON, 'utf8'))
  const project = {
    name,
    version: '0.0.0',
    private: true,
    type: 'module',
    engines: { node: '>=22.18' },
    scripts,
    dependencies: { webclave: own.version },
    devDependencies: Object.fromEntries(DEV_DEPENDENCIES.map((each) => [each, own.devDependencies[each]])),
  }
  return `${JSON.stringify(project, null, 2)}\n`
}
