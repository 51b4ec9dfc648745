/** Removes the compiled modules and declarations that no entry of the package reaches. */
import { glob, readFile, rm } from 'node:fs/promises'
import { dirname, join, relative, resolve } from 'node:path'

/** What a module or a declaration takes from another file: imports, and files that it names by URL or path. */
const REFERENCES = [
  /\b(?:from|import)\s*\(?\s*["'](\.[^"']+)["']/g,
  /new URL\(\s*["'](\.[^"']+)["'],\s*import\.meta\.url\)/g,
  /<reference path="([^"]+)"/g,
]

type Entry = string | Readonly<Record<string, string>>

/** Keeps, in the compiled rooms of `dist`, what `entries` lead to: `exports` and `imports` of package.json. */
export async function prune(dist: string, exports: Readonly<Record<string, Entry>>): Promise<void> {
  const paths = Object.values(exports).flatMap((entry) =>
    typeof entry === 'string' ? [entry] : Object.values(entry),
  )
  const entries = paths.filter((path) => path.startsWith('./dist/')).map((path) => path.slice(7))
  const reached = new Set<string>()
  const visit = async (file: string): Promise<void> => {
    if (reached.has(file)) return
    reached.add(file)
    const text = await readFile(join(dist, file), 'utf8').catch(() => '')
    for (const pattern of REFERENCES) {
      for (const [, target] of text.matchAll(pattern)) {
        // An address of a file of the release is `../../dist/NAME`, also in dist.
        const path = relative(dist, resolve(dist, dirname(file), target!)).replace(/^\.\.\/dist\//, '')
        if (/\.[jt]s$/.test(path))
          await visit(declares(file) ? path.replace(/(?<!\.d)\.[jt]s$/, '.d.ts') : path)
      }
    }
  }
  for (const entry of entries) await visit(entry)
  for await (const file of glob('*/**/*.{js,d.ts}', {
    cwd: dist,
    exclude: ['cli/**', 'guest-modules/**', 'vendor/**'],
  })) {
    if (!reached.has(file)) await rm(join(dist, file))
  }
}

const declares = (file: string) => file.endsWith('.d.ts')
