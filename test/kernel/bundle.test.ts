/** The kernel's bundle: the same bytes every time, the digest in the images, and no way out in it. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { transform } from 'esbuild'
import { describe, expect, test } from 'vitest'
import { bundleKernel } from '../../scripts/kernel-bundle.ts'
import { shippedArtefacts } from '../../src/image/index.ts'

/**
 * Names of Node, of the DOM, of a Worker's surroundings, and whatever turns text into code. The kernel gets the two
 * clocks it needs from its Worker.
 */
const FORBIDDEN = [
  'process',
  'require',
  'Buffer',
  'global',
  'module',
  'exports',
  '__dirname',
  'window',
  'document',
  'navigator',
  'location',
  'self',
  'globalThis',
  'postMessage',
  'importScripts',
  'fetch',
  'XMLHttpRequest',
  'WebSocket',
  'EventSource',
  'indexedDB',
  'localStorage',
  'caches',
  'Worker',
  'BroadcastChannel',
  'MessageChannel',
  'setTimeout',
  'setInterval',
  'performance',
  'Date',
  'crypto',
  'console',
  'eval',
  'Function',
  'import',
]

/**
 * Uses of `name` as a free variable. The script is minified first, which renames every variable of its own: what then
 * still stands there under its name, and is no property or key, comes from outside.
 */
async function uses(script: string, name: string): Promise<string[]> {
  const { code } = await transform(script, { minify: true, target: 'es2024' })
  const bare = code.replace(/"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'/g, '""')
  const pattern = new RegExp(`(?<![.\\w$#])${name}(?![\\w$]|:)`, 'g')
  return [...bare.matchAll(pattern)].map(({ index }) => bare.slice(Math.max(0, index - 30), index + 40))
}

const kernel = readFileSync(fileURLToPath(new URL('../../dist/kernel.js', import.meta.url)), 'utf8')

describe('the kernel bundle', () => {
  test.each(FORBIDDEN)('does not name %s', async (name) => {
    expect(await uses(kernel, name)).toEqual([])
  })

  test.each(FORBIDDEN)('would be caught naming %s', async (name) => {
    const use = name === 'import' ? 'import("x")' : `${name}(1)`
    const planted = kernel.replace('(() => {', `(() => { ${use};`)
    expect(await uses(planted, name)).toHaveLength(1)
  })

  test('names no module of Node, not even in a string', () => {
    expect(kernel).not.toContain('node:')
  })

  test('is reproducible, and the one that images name', async () => {
    const again = await bundleKernel()
    expect(new TextDecoder().decode(again)).toBe(kernel)
    const { kernel: named } = await shippedArtefacts()
    expect(named.sha384).toBe(createHash('sha384').update(again).digest('hex'))
  })
})
