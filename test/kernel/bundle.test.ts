/**
 * The kernel's bundle is reproducible, has the digest that images contain, and uses no API that could lead out of the
 * enclave.
 */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { transform } from 'esbuild'
import { describe, expect, test } from 'vitest'
import { bundleKernel } from '../../scripts/kernel-bundle.ts'
import { shippedArtefacts } from '../../src/image/index.ts'

/**
 * Global names of Node, the DOM and Workers, and those that create code from strings. The kernel's Worker passes it the
 * two clocks that it needs.
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
 * Uses of the free variable `name`. The script is minified first, which renames all its own variables; a name that is
 * still there, and is not a property or key, is a global variable.
 */
async function uses(script: string, name: string): Promise<string[]> {
  const { code } = await transform(script, { minify: true, target: 'es2024' })
  const bare = code.replace(/"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'/g, '""')
  const pattern = new RegExp(`(?<![.\\w$#])${name}(?![\\w$]|:)`, 'g')
  return [...bare.matchAll(pattern)].map(({ index }) => bare.slice(Math.max(0, index - 30), index + 40))
}

const kernel = readFileSync(fileURLToPath(new URL('../../dist/kernel.txt', import.meta.url)), 'utf8')

describe('the kernel bundle', () => {
  test.each(FORBIDDEN)('does not use %s', async (name) => {
    expect(await uses(kernel, name)).toEqual([])
  })

  test.each(FORBIDDEN)('would be rejected if it used %s (control)', async (name) => {
    const use = name === 'import' ? 'import("x")' : `${name}(1)`
    const planted = kernel.replace('(() => {', `(() => { ${use};`)
    expect(await uses(planted, name)).toHaveLength(1)
  })

  test('contains no name of a Node module, not even in a string', () => {
    expect(kernel).not.toContain('node:')
  })

  test('is reproducible, and has the digest that images contain', async () => {
    const again = await bundleKernel()
    expect(new TextDecoder().decode(again)).toBe(kernel)
    const { kernel: named } = await shippedArtefacts()
    expect(named.sha384).toBe(createHash('sha384').update(again).digest('hex'))
  })
})
