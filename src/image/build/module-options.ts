/** An application's own choices of modules, from its manifest: other names for modules, and those that are left out. */
import type { OnResolveResult, PluginBuild } from 'esbuild'

/** Marks requests that the bundler's plugin makes itself. */
export const INNER: unique symbol = Symbol('inner')

type Refuse = (text: string) => OnResolveResult

/** An import of `external`, or of a part of it, stays a call of `require`, which fails when it is run. */
export function useExternal(build: PluginBuild, external: readonly string[]): void {
  if (external.length === 0) return
  build.onResolve({ filter: exactlyOrBelow(external) }, ({ path, pluginData }) =>
    pluginData === INNER ? undefined : { path, external: true },
  )
}

/**
 * An import of a key of `alias`, or of a part of it, means the value: another module, or a file of the application. It is
 * resolved from the application's folder, also for an import in a package.
 */
export function useAlias(
  build: PluginBuild,
  { root, alias }: { root: string; alias: Readonly<Record<string, string>> },
  place: (path: string) => OnResolveResult,
  refuse: Refuse,
): void {
  const names = Object.keys(alias)
  if (names.length === 0) return
  build.onResolve({ filter: exactlyOrBelow(names) }, async ({ path, kind, pluginData }) => {
    if (pluginData === INNER) return undefined
    const name = names.filter((key) => path === key || path.startsWith(`${key}/`)).sort(longestFirst)[0]!
    const target = alias[name] + path.slice(name.length)
    const found = await build.resolve(target, { kind, resolveDir: root, pluginData: INNER })
    if (found.errors.length > 0)
      return refuse(`Could not resolve "${target}", which the manifest gives for "${path}"`)
    const { path: file, namespace, external, sideEffects } = found
    return namespace === 'file' && !external ? place(file) : { path: file, namespace, external, sideEffects }
  })
}

const escaped = (name: string) => name.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')
const longestFirst = (left: string, right: string) => right.length - left.length

/** A pattern that matches one of `names`. */
export function exactly(names: readonly string[]): RegExp {
  return new RegExp(`^(?:${names.map(escaped).join('|')})$`)
}

function exactlyOrBelow(names: readonly string[]): RegExp {
  return new RegExp(`^(?:${names.map(escaped).join('|')})(?:/|$)`)
}
