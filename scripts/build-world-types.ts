/**
 * Generates src/admission/world-types.ts from wit/ and guests/engine/engine.wit: `npm run build:world-types`. The file
 * contains each interface with the types of its functions, as admission writes them, and the names of its resources. A
 * test checks that the file is up to date.
 */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { componentEmbed, componentNew } from '@bytecodealliance/jco-transpile/wasm-tools'
import { readComponent } from '../src/admission/component.ts'
import { newFindings } from '../src/admission/instructions.ts'
import { joinWit } from './wasm-tools.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const FILE = join(root, 'src/admission/world-types.ts')
/**
 * Newer adapters of WASI preview 1 import this function if it exists; it is not part of version 0.2.0, which `wit/`
 * has.
 */
const EXIT_WITH_CODE = 'func<u8,>-><>'
/** A world with only the engine's own imports. */
const ENGINE_WORLD = 'world engine {\n    import application;\n    import crypto;\n    import tls;\n}\n'

/** The imported interfaces of `world`. */
async function interfacesOf(
  witSource: string,
  world: string,
): Promise<[string, { functions: Record<string, string>; resources: readonly string[] }][]> {
  const embedded = await componentEmbed({ dummy: true, witSource, world } as never)
  const { imports } = readComponent(await componentNew(embedded), newFindings())
  return imports.map(({ name, type }) => {
    const members = type.kind === 'instance' ? [...type.exports] : []
    const functions = members.flatMap(([member, found]) =>
      found.kind === 'function' ? [[member, found.text] as const] : [],
    )
    const resources = members.flatMap(([member, found]) => (found.kind === 'resource' ? [member] : []))
    return [name.replace(/@.*$/, ''), { functions: Object.fromEntries(functions), resources }]
  })
}

/** The content of the file. */
export async function worldTypes(): Promise<string> {
  const ours = await joinWit(join(root, 'wit'))
  const engine = await readFile(join(root, 'guests/engine/engine.wit'), 'utf8')
  const engineAlone = engine.slice(0, engine.indexOf('\n/// The event loop')) + ENGINE_WORLD
  const interfaces: Record<string, { functions: Record<string, string>; resources: readonly string[] }> =
    Object.fromEntries([
      ...(await interfacesOf(ours, 'imports')),
      ...(await interfacesOf(engineAlone, 'engine')),
    ])
  interfaces['wasi:cli/exit']!.functions['exit-with-code'] = EXIT_WITH_CODE
  return `/** Made by \`npm run build:world-types\` from wit/ and guests/engine/engine.wit: what each interface has. */
import type { Interface } from './types.ts'

export const INTERFACES: Readonly<Record<string, Interface>> = ${JSON.stringify(interfaces, null, 2)}
`
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await writeFile(FILE, await worldTypes())
