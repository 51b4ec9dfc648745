/**
 * `npm run build:reference`: the API reference, made by TypeDoc from the comments of the entries of package.json, into
 * docs/reference. TypeDoc takes TypeScript 6 at most, so both are installed into a folder of their own.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { cachedInstall } from '../test/support/cached-install.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const PACKAGES = { typedoc: '0.28.20', typescript: '6.0.3' }

/** Types that stand for what they are made of. */
const SHORTHANDS = [
  'src/encoding/ecdsa.ts:CURVES',
  'src/kms/operations/index.ts:Method',
  'src/kms/operations/index.ts:Operations',
  'src/kms/operations/operation.ts:Operation',
]

/** Types of the WIT, whose names have a colon: TypeDoc cannot be told of them. */
const OF_WIT = /"qingtian:enclave\/vsock"\.(?:Address|Connection), defined in/

/** The parts of TypeDoc that are used here. */
interface Reflection {
  name: string
  readonly sources?: readonly { readonly fullFileName: string }[]
}
interface Application {
  readonly logger: { write(message: string, level: number): void; log(message: string, level: number): void }
  readonly converter: {
    on(event: string, listener: (context: unknown, reflection: Reflection) => void): void
  }
  convert(): Promise<object | undefined>
  validate(project: object): void
  generateDocs(project: object, folder: string): Promise<void>
}
interface TypeDoc {
  readonly Application: { bootstrap(options: object): Promise<Application> }
  readonly LogLevel: { readonly Warn: number }
}

/** The source of each entry that programs import, and its name. */
export function entrySources(): Map<string, string> {
  const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    exports: Record<string, { types?: string; default?: string }>
  }
  const entries = new Map<string, string>()
  for (const [name, { types, default: program }] of Object.entries(exports)) {
    // The globals of a guest are declarations without a module.
    if (!types || !program || name.endsWith('.js')) continue
    entries.set(
      join(root, types.replace('./dist/', 'src/').replace(/\.d\.ts$/, '.ts')),
      name.replace('.', 'webclave'),
    )
  }
  return entries
}

/** Writes the reference into `out`; returns its warnings, or undefined if TypeDoc cannot be installed. */
export async function buildReference(out: string): Promise<string[] | undefined> {
  const folder = cachedInstall('typedoc', PACKAGES)
  if (folder === undefined) return undefined
  const path = join(folder, 'node_modules/typedoc/dist/index.js')
  const { Application, LogLevel } = (await import(pathToFileURL(path).href)) as TypeDoc
  const entries = entrySources()
  const app = await Application.bootstrap({
    name: 'webclave',
    entryPoints: [...entries.keys()],
    tsconfig: join(root, 'tsconfig.build.json'),
    readme: 'none',
    excludeInternal: true,
    excludePrivate: true,
    disableGit: true,
    sourceLinkTemplate: 'https://github.com/webclave/webclave/blob/main/{path}#L{line}',
    basePath: root,
    intentionallyNotExported: SHORTHANDS,
    validation: { notExported: true, invalidLink: true, notDocumented: false },
  })
  const warnings: string[] = []
  const log = app.logger.log.bind(app.logger)
  app.logger.log = (message, level) => {
    if (level < LogLevel.Warn) return log(message, level)
    if (!OF_WIT.test(message)) warnings.push(message)
  }
  app.converter.on('createDeclaration', (_, reflection) => {
    const [source] = reflection.sources ?? []
    const name = source && entries.get(source.fullFileName)
    if (name && reflection.name === nameByTypeDoc(source.fullFileName)) reflection.name = name
  })
  const project = await app.convert()
  if (!project) throw new Error(['TypeDoc could not read the entries', ...warnings].join('\n'))
  app.validate(project)
  await app.generateDocs(project, out)
  return warnings
}

/** TypeDoc names a module by its path in src. */
function nameByTypeDoc(file: string): string {
  return file.replace(/^.*\/(?=src\/)/, '').replace(/(?:\/index)?\.ts$/, '')
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const warnings = await buildReference(join(root, 'docs/reference'))
  for (const warning of warnings ?? []) console.error(warning)
  process.exitCode = warnings?.length === 0 ? 0 : 1
}
