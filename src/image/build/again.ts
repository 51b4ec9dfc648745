/**
 * Each of an application's modules is in a bundle once, by the name that the plugin gives it. esbuild resolves some imports
 * without the plugin: a pattern such as `./${name}.ts`, and what a package imports. The files that it finds are replaced by
 * modules that pass on what the application's module exports. A second one is between the two, because a package.json above
 * the application can change how a file, but not how a module in a namespace imports CommonJS.
 */
import { readFile } from 'node:fs/promises'
import { relative, resolve } from 'node:path'
import type { OnLoadResult, OnResolveResult, PluginBuild } from 'esbuild'
import { AGAIN } from './namespaces.ts'

/** How the second module imports the application's. */
const OWN = 'webclave:own/'

/** Resolves what the replacing modules import; `own` gives the application's module in a file. */
export function useOwnAgain(build: PluginBuild, root: string, own: (path: string) => OnResolveResult): void {
  build.onResolve({ filter: new RegExp(`^${AGAIN}:`) }, ({ path }) => ({
    path: path.slice(AGAIN.length + 1),
    namespace: AGAIN,
  }))
  build.onResolve({ filter: new RegExp(`^${OWN}`) }, ({ path }) => own(resolve(root, path.slice(OWN.length))))
  build.onLoad({ filter: /.*/, namespace: AGAIN }, async ({ path }) => {
    const from = JSON.stringify(OWN + path)
    const contents = `export * from ${from}\nimport * as all from ${from}\nexport default all.default`
    return { contents, resolveDir: root }
  })
}

/** What stands for the application's module in the file `path`. */
export async function ownAgain(path: string, root: string): Promise<OnLoadResult> {
  const from = JSON.stringify(`${AGAIN}:${relative(root, path)}`)
  const hasDefault =
    !/\.[cm]?[jt]sx?$/.test(path) || /\bdefault\b|\bexports\b/.test(await readFile(path, 'utf8'))
  const contents = `export * from ${from}${hasDefault ? `\nexport { default } from ${from}` : ''}`
  return { contents, resolveDir: root }
}
