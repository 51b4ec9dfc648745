/**
 * Finds which of Node's globals an application uses. They are not part of every bundle: esbuild would make each module load
 * them, and an enclave would evaluate them at its start.
 */
import type { BuildOptions, Metafile } from 'esbuild'
import { GLOBAL } from './bundle-modules.ts'
import { isOfRelease, isOwn } from './namespaces.ts'

const GLOBALS = ['Buffer', 'process']
const MARK = '__webclaveGlobal'

/** Changes of options with which uses of globals are found: each becomes a name that is nowhere else. */
export function markGlobals({ define }: BuildOptions): BuildOptions {
  const marks = GLOBALS.map((name) => [name, MARK + name])
  return { define: { ...Object.fromEntries(marks), ...define } }
}

/**
 * What has to be injected into a bundle that was built with marks: a global that the application's modules name, and one
 * that a package uses without asking whether it is there. What only the SDK imports does without.
 */
export function usedGlobals(code: string, metafile: Metafile): string[] {
  if (!code.includes(MARK)) return []
  const reached = reachedWithoutLibrary(metafile)
  const modules = partsOf(code, metafile.inputs).filter(([input]) => reached.has(input))
  const used = GLOBALS.filter((name) => modules.some(([input, text]) => uses(name, text, isOwn(input))))
  return used.map((name) => GLOBAL + name.toLowerCase())
}

function uses(name: string, text: string, isOwn: boolean): boolean {
  const mark = MARK + name
  const asks = new RegExp(`typeof (?:\\(0, )?${mark}\\b`)
  return text.includes(mark) && (isOwn || !asks.test(text))
}

/** The modules that the application reaches, but for the release's own and what only those import. */
function reachedWithoutLibrary({ inputs, outputs }: Metafile): Set<string> {
  const reached = new Set<string>()
  const next = Object.values(outputs).map(({ entryPoint }) => entryPoint ?? '')
  for (let input = next.pop(); input !== undefined; input = next.pop()) {
    if (reached.has(input) || isOfRelease(input) || !Object.hasOwn(inputs, input)) continue
    reached.add(input)
    next.push(...inputs[input]!.imports.map(({ path }) => path))
  }
  return reached
}

/** The modules in a bundle, each below a comment with its name. */
export function partsOf(code: string, inputs: Metafile['inputs']): [input: string, text: string][] {
  const parts: [string, string][] = []
  for (const part of code.split(/^\/\/ (?=.)/m)) {
    const end = part.indexOf('\n')
    const input = part.slice(0, end)
    const last = parts.at(-1)
    if (Object.hasOwn(inputs, input)) parts.push([input, part.slice(end)])
    else if (last) last[1] += part
  }
  return parts
}
