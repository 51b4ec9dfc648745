/**
 * Finds calls of modules that a package leaves out for browsers (the field `browser` of its package.json has `false`), and
 * so in an enclave: such a module is empty, and a call of its members is an error that does not name it.
 */
import type { Metafile } from 'esbuild'
import { LEFT_OUT } from './namespaces.ts'
import { partsOf } from './node-globals.ts'

const WRAPPER = /^var (\w+) = __commonJS\(\{\s+"\(disabled\):([^"]+)"/gm

/** A warning for each module in a bundle that calls a member without asking whether it is there. */
export function leftOutCalls(
  code: string,
  { inputs }: Metafile,
  nameOf: (input: string) => string,
): string[] {
  if (!Object.keys(inputs).some((input) => input.startsWith(LEFT_OUT))) return []
  const wrappers = new Map([...code.matchAll(WRAPPER)].map(([, wrapper, name]) => [name!, wrapper!]))
  return partsOf(code, inputs).flatMap(([input, text]) => {
    const empty = inputs[input]!.imports.filter(({ path }) => path.startsWith(LEFT_OUT))
    return empty.flatMap(({ path, original = path }) => {
      const member = calledMember(text, wrappers.get(path.slice(LEFT_OUT.length)))
      if (member === undefined) return []
      return `${nameOf(input)} calls ${member} of "${original}", which its package leaves out for browsers and so for enclaves; an alias in the manifest can provide it`
    })
  })
}

/** The first member of the module in `wrapper` that `text` only calls, and does not test. */
function calledMember(text: string, wrapper: string | undefined): string | undefined {
  // esbuild writes this for a member that is imported by its name.
  if (text.includes('(void 0)(')) return 'members'
  const bound = new RegExp(`(?<![\\w.])(\\w+|\\{[^{}]*\\}) = (?:__toESM\\()?${wrapper}\\(\\)`, 'g')
  for (const [binding, variable] of text.matchAll(bound)) {
    const rest = text.replace(binding, '')
    const members = variable!.startsWith('{') ? taken(variable!) : read(rest, variable!)
    const [member] = members.find(([, pattern]) => isOnlyCalled(rest, pattern)) ?? []
    if (member !== undefined) return member
  }
  return undefined
}

type Member = readonly [name: string, pattern: string]

/** The members in `{ one, two: other }`. */
const taken = (variables: string): Member[] =>
  [...variables.matchAll(/(\w+)(?:: (\w+))?/g)].map(([, name, local = name]) => [name!, local!])

/** The members of `variable` that `text` calls. */
const read = (text: string, variable: string): Member[] =>
  [...text.matchAll(new RegExp(`\\b${variable}(?:\\.default)?\\.(\\w+)\\(`, 'g'))].map(([, name]) => [
    name!,
    `${variable}(?:\\.default)?\\.${name}`,
  ])

/** Whether each use of what `pattern` matches is a call. */
function isOnlyCalled(text: string, pattern: string): boolean {
  const use = `(?<![\\w.$])${pattern}\\b`
  const count = (end: string) => text.match(new RegExp(use + end, 'g'))?.length ?? 0
  return count('\\(') > 0 && count('\\(') === count('')
}
