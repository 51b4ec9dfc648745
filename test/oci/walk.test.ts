/** An image that makes its reader work without end is refused soon, and other tasks run meanwhile. */
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { filesToTake } from '../../src/oci/files.ts'
import { OCI_LIMITS } from '../../src/oci/limits.ts'
import { modulesOf } from '../../src/oci/modules.ts'
import { type Content, Tree } from '../../src/oci/tree.ts'
import { command } from '../support/components.ts'
import { gzip, Images, layout } from '../support/containers.ts'
import { pax, type TarPart, tar, tarPart } from '../support/tar.ts'

let images: Images
let wasm: Uint8Array
beforeAll(async () => {
  images = await Images.create()
  wasm = await command('(i32.const 0)')
})
afterAll(() => images[Symbol.asyncDispose]())

const image = (...parts: (TarPart | Uint8Array)[]) =>
  layout({
    layers: [tar({ name: 'app.wasm', data: wasm }, ...parts)],
    run: { Entrypoint: ['/app.wasm'] },
    compress: gzip,
  })

/** Links l0 to l37, each to the next, with targets that are as long as they may be. */
function chain(): TarPart[] {
  const dots = '/.'.repeat(450)
  const around = 'a/../'.repeat(190)
  const target = (at: number) => (at < 10 ? `l${at + 1}${dots}` : around + (at === 37 ? 'a' : `l${at + 1}`))
  const links = Array.from({ length: 38 }, (_, at) => [
    pax({ linkpath: target(at) }),
    { name: `l${at}`, type: '2' },
  ])
  return [{ name: 'a/', type: '5' }, ...links.flat()]
}

describe('links with long targets', () => {
  test('are refused on the way to an entry', async () => {
    const entry = tarPart({ name: 'l0/f' })
    expect(await images.refusal(image(...chain(), ...Array<Uint8Array>(500).fill(entry)))).toMatch(
      /^E_OCI_LINK: the links at "l0" never end; expected at most 4096 steps/,
    )
  })

  test('are refused among the files', async () => {
    const links = Array.from({ length: 500 }, (_, at) => ({ name: `x${at}`, type: '2', link: 'l0' }))
    expect(await images.refusal(image(...chain(), ...links))).toMatch(/^E_OCI_LINK: /)
  })

  test('have a limit for all of them together', async () => {
    const links = Array.from({ length: 20 }, (_, at) => ({
      name: `x${at}`,
      type: '2',
      link: 'd/../app.wasm',
    }))
    const files = image({ name: 'd/', type: '5' }, ...links)
    const limits = (allSteps: number) => ({ limits: { ...OCI_LIMITS, allSteps } })
    expect(await images.refusal(files, limits(200))).toBe('it was taken')
    expect(await images.refusal(files, limits(40))).toMatch(
      /^E_OCI_LIMIT: the paths and links of the image have too many steps; expected at most 40/,
    )
  })
})

describe('a tree', () => {
  const content: Content = { layer: 0, entry: 0, size: 1, head: new Uint8Array() }
  const add = (tree: Tree, name: string, { layer = 0, target = '' } = {}) =>
    tree.add(
      { kind: target === '' ? 'file' : 'link', path: name.split('/'), target, size: 1, offset: 0 },
      layer,
      content,
      'a layer',
    )

  test('lets other tasks run while its links are followed', async () => {
    const tree = new Tree(OCI_LIMITS)
    add(tree, 'srv/main.js')
    for (let at = 0; at < 2560; at++) add(tree, `srv/x${at}`, { target: 'main.js' })
    const file = tree.file('srv/main.js')!
    let tasks = 0
    let again = setImmediate(function count() {
      tasks++
      again = setImmediate(count)
    })
    await filesToTake(tree, { kind: 'module', file, args: [] }, OCI_LIMITS)
    const ofFiles = tasks
    await modulesOf(tree, { kind: 'script', file, args: [] }, '/', OCI_LIMITS)
    clearImmediate(again)
    await expect(
      modulesOf(tree, { kind: 'script', file, args: [] }, '/', { ...OCI_LIMITS, links: 2559 }),
    ).rejects.toThrow(/^E_OCI_LIMIT: the modules of the image have too many links; expected at most 2559/)
    expect(ofFiles).toBeGreaterThanOrEqual(9)
    expect(tasks - ofFiles).toBeGreaterThanOrEqual(9)
  })

  test('is searched once for an opaque whiteout, however often a layer repeats it', () => {
    const tree = new Tree(OCI_LIMITS)
    add(tree, 'old')
    add(tree, 'new', { layer: 1 })
    const keys = vi.spyOn(tree.root.entries, 'keys')
    for (let at = 0; at < 5; at++) add(tree, '.wh..wh..opq', { layer: 1 })
    expect(keys).toHaveBeenCalledTimes(1)
    expect([...tree.root.entries.keys()]).toEqual(['new'])
    add(tree, '.wh..wh..opq', { layer: 2 })
    expect(tree.root.entries.size).toBe(0)
  })
})
