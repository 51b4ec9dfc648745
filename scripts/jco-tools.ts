/**
 * How jco's tools are bundled, so that each runs in Node and in a page. The large core module is a file beside the tool,
 * compressed, because it is most of the package; the tool takes its address from its own, since bundlers rename files.
 */
import { readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { BuildOptions, Plugin } from 'esbuild'

/** How jco's modules load a core module. */
const LOADED = /fetchCompile\(new URL\('\.\/([\w.-]+\.wasm)', import\.meta\.url\)\)/g

/** What jco's modules ask of Node, whose globals some bundlers then add to a page. */
const NODE = [
  ["typeof Buffer !== 'undefined'", 'false'],
  [
    "typeof process !== 'undefined' && process.versions && process.versions.node",
    'globalThis.process?.versions?.node',
  ],
] as const

/**
 * Node reads and inflates in the same thread, in a quarter of the time of a stream. A server may have inflated the file
 * already.
 */
const LOAD = `
const inflated = async () => {
  const own = new URL(import.meta.url)
  const place = new URL(own.searchParams.get('core') ?? own.pathname.replace(/\\.js$/, '.bin'), own)
  if (place.protocol === 'file:') {
    const { getBuiltinModule } = globalThis.process
    const bytes = getBuiltinModule('node:fs').readFileSync(place)
    return WebAssembly.compile(getBuiltinModule('node:zlib').gunzipSync(bytes))
  }
  const response = await fetch(place)
  if (!response.ok) throw new Error('HTTP status ' + response.status + ' for ' + place)
  const bytes = await response.arrayBuffer()
  const [first, second] = new Uint8Array(bytes)
  if (first !== 0x1f || second !== 0x8b) return WebAssembly.compile(bytes)
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'))
  return WebAssembly.compile(await new Response(stream).arrayBuffer())
}
`

const inlined: Plugin = {
  name: 'webclave-inlined-modules',
  setup({ onLoad }) {
    onLoad({ filter: /jco-transpile.vendor.[\w-]+\.js$/ }, async ({ path }) => {
      const code = await readFile(path, 'utf8')
      const names = [...code.matchAll(LOADED)].map(([, name]) => name!)
      if (names.length === 0) throw new Error(`${path} loads its core modules in an unknown way`)
      const [core, small] = names
      if (small === undefined) throw new Error(`${path} has other core modules now`)
      const text = (await readFile(join(dirname(path), small))).toString('base64')
      let plain = code.replace(LOADED, (_, name) =>
        name === core ? 'inflated()' : `base64Compile('${text}')`,
      )
      for (const [asked, instead] of NODE) {
        if (!plain.includes(asked)) throw new Error(`${path} does not ask ${asked} any more`)
        plain = plain.replaceAll(asked, instead)
      }
      return { contents: LOAD + plain }
    })
  },
}

/** Options for a bundle of such a tool, or of a program that runs in Node and in a page. */
export const toolOptions = (root: string): BuildOptions => ({
  absWorkingDir: root,
  bundle: true,
  format: 'esm',
  platform: 'neutral',
  conditions: ['browser'],
  external: ['node:*'],
  target: 'es2024',
  minify: true,
  legalComments: 'none',
  plugins: [inlined],
})

/** Writes the large core module of the tool `source` as `target`. */
export async function writeCore(source: string, target: string): Promise<void> {
  await writeFile(target, gzipSync(await readFile(source), { level: 9 }))
}
