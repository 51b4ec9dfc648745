/** The namespaces of esbuild in which the bundler's plugin places modules; esbuild calls such a module `NAMESPACE:NAME`. */

/** Modules of the application and of this release, by the names that `ModuleNames` gives them. */
export const OWN = 'app'
/** Modules of Node that enclaves do not have. */
export const ABSENT = 'absent'
/** Modules that pass on what one of the application's modules exports. */
export const AGAIN = 'again'

/** How esbuild begins the name of a module that a package leaves out for browsers, which is empty. */
export const LEFT_OUT = '(disabled):'

const INPUT = new RegExp(`^(?:${OWN}|${ABSENT}|${AGAIN}):(.*)$`, 's')

/** Whether esbuild's `input` is a module of the application or of this release. */
export function isOwn(input: string): boolean {
  return input.startsWith(`${OWN}:`)
}

/** Whether esbuild's `input` is a module of this release; its name ends with `end`. */
export function isOfRelease(input: string, end = ''): boolean {
  return input.startsWith(`${OWN}:webclave@`) && input.endsWith(end)
}

/** The name of a module in one of the namespaces; undefined for a file. */
export function nameWithin(input: string): string | undefined {
  return INPUT.exec(input)?.[1]
}
