/**
 * The engine's own JavaScript (guests/engine/engine.js) as one script, with the packages that it is made of: pinned
 * development dependencies, because what is released is the built engine.
 */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build, type Plugin } from 'esbuild'

/** A package that is part of the engine. */
export interface Library {
  name: string
  version: string
  licence: string
  /** The text of its licence. */
  notice: string
}

const own = (name: string) => fileURLToPath(new URL(`../guests/engine/globals/${name}`, import.meta.url))

/** Tables in JSON stay text, which is small, until they are needed. */
const textTables: Plugin = {
  name: 'text-tables',
  setup({ onLoad }) {
    onLoad({ filter: /\.json$/ }, async ({ path }) => {
      const text = JSON.stringify(JSON.parse(await readFile(path, 'utf8')))
      const ascii = text.replace(
        /[^ -~]/g,
        (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
      )
      return { contents: `module.exports = JSON.parse(${JSON.stringify(ascii)})`, loader: 'js' }
    })
  },
}

/** Lets `whatwg-url` load guests/engine/globals/idna.js instead of `tr46`. */
const lateTables: Plugin = {
  name: 'late-tables',
  setup({ onResolve }) {
    onResolve({ filter: /^tr46$/ }, ({ importer }) =>
      /\/node_modules\/whatwg-url\//.test(importer) ? { path: own('idna.js') } : undefined,
    )
  },
}

/** Lets the URLs of `whatwg-url` be parsed by guests/engine/globals/plain-url.js. */
const plainUrls: Plugin = {
  name: 'plain-urls',
  setup({ onResolve }) {
    onResolve({ filter: /^\.\/url-state-machine$/ }, ({ importer }) =>
      importer.endsWith('/whatwg-url/lib/URL-impl.js') ? { path: own('plain-url.js') } : undefined,
    )
  },
}

/** Lets `node-inspect-extracted`, which knows of no promise whether it is settled, ask the engine. */
const promiseStates: Plugin = {
  name: 'promise-states',
  setup({ onLoad }) {
    onLoad({ filter: /node-inspect-extracted\/dist\/inspect\.js$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8')
      const [before, after, ...more] = text.split('getPromiseDetails:()=>[g,void 0]')
      if (after === undefined || more.length > 0) throw new Error(`${path} is not the release that is known`)
      const module = JSON.stringify(own('promise.js'))
      return {
        contents: `${before}getPromiseDetails:p=>require(${module}).promiseDetails(p,g,h)${after}`,
        loader: 'js',
      }
    })
  },
}

/** Lets modules of `src` that are part of the engine import their interfaces from guests/engine/globals/host.js. */
const hostModules: Plugin = {
  name: 'host-modules',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^(qingtian|wasi|webclave):/ }, ({ path }) => ({ path, namespace: 'host' }))
    onLoad({ filter: /.*/, namespace: 'host' }, ({ path }) => ({
      contents: `module.exports = require(${JSON.stringify(own('host.js'))}).hostModule(${JSON.stringify(path)})`,
      resolveDir: own('.'),
    }))
  },
}

/** The engine's own JavaScript as one expression, the function `createEngine`. */
export async function bundleScript(root: string): Promise<{ script: string; libraries: Library[] }> {
  const { outputFiles, metafile } = await build({
    absWorkingDir: root,
    entryPoints: ['guests/engine/engine.js'],
    bundle: true,
    format: 'iife',
    platform: 'neutral',
    mainFields: ['module', 'main'],
    globalName: 'engine',
    target: 'es2024',
    charset: 'ascii',
    legalComments: 'none',
    // Names of files must not depend on where node_modules is.
    preserveSymlinks: true,
    minifyWhitespace: true,
    alias: {
      '@exodus/bytes/utf8.js': './guests/engine/globals/utf8.js',
      '@exodus/bytes/encoding.js': '@exodus/bytes/encoding-lite.js',
    },
    plugins: [textTables, lateTables, plainUrls, promiseStates, hostModules],
    tsconfigRaw: {},
    write: false,
    metafile: true,
  })
  // Where npm puts a package depends on its surroundings.
  const text = outputFiles[0]!.text.replaceAll(/"[^"\n]*node_modules\/([^"\n]+)"\(/g, '"$1"(')
  return {
    script: `(() => {${text}return engine.createEngine})()`,
    libraries: await librariesOf(root, Object.keys(metafile.inputs)),
  }
}

/** The packages that the files belong to. */
async function librariesOf(root: string, files: readonly string[]): Promise<Library[]> {
  const found = files.map((file) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0])
  const folders = [...new Set(found.filter((folder) => folder !== undefined))]
  const libraries = folders.map(async (folder) => {
    const text = await readFile(join(root, folder, 'package.json'), 'utf8')
    const { name, version, license } = JSON.parse(text) as Record<string, string>
    const notices = (await readdir(join(root, folder))).filter((file) => /^licen[sc]e/i.test(file))
    const notice = await readFile(join(root, folder, notices[0]!), 'utf8')
    return { name: name!, version: version!, licence: license!, notice }
  })
  return (await Promise.all(libraries)).toSorted((left, right) => (left.name < right.name ? -1 : 1))
}
