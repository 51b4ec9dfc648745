/** The forms in which an application can be given to `buildImage`, and what is said of any other. */
import { describe, expect, test } from 'vitest'
import { type ApplicationInput, buildImage, readBootContents } from '../../../src/image/index.ts'

const sourceOf = async (source: string) => {
  const { app } = await readBootContents((await buildImage({ app: { source } })).eif)
  return new TextDecoder().decode(app.bytes)
}

describe('another form', () => {
  test.each([
    [undefined, 'got undefined'],
    [null, 'got null'],
    ['guests/echo', 'got string; for a file or folder, pass { path }'],
    [new Uint8Array(8), 'got an object (Uint8Array); for WebAssembly, pass { component }'],
    [{}, 'got an object (Object)'],
    [{ path: undefined }, 'got an object (Object)'],
    [{ source: new Uint8Array(1) }, 'got { source: an object (Uint8Array) }'],
    [{ component: 'app.wasm' }, 'got { component: string }'],
    [{ path: new URL('file:///app') }, 'got { path: an object (URL) }; of a URL pass what fileURLToPath'],
    [{ source: '', path: '' }, 'got source and path'],
  ])('such as %o is refused with what was expected', async (app, got) => {
    await expect(buildImage({ app: app as ApplicationInput })).rejects.toMatchObject({
      code: 'E_APP_INPUT',
      message: expect.stringMatching(/expected app: \{ source: text \}, \{ component: Uint8Array \} or/),
    })
    await expect(buildImage({ app: app as ApplicationInput })).rejects.toThrow(got)
  })
})

describe('source', () => {
  test('without import and export is taken as it is', async () => {
    for (const source of ['console.log("import x from y")', 'module.exports = 1 // export', 'import("x")'])
      expect(await sourceOf(source)).toBe(source)
  })

  test('that is bundled already is taken as it is', async () => {
    const source = "import 'nowhere'"
    const { eif } = await buildImage({ app: { source, isBundled: true } })
    expect(new TextDecoder().decode((await readBootContents(eif)).app.bytes)).toBe(source)
  })

  test('that is a module is bundled with what it imports, the same each time', async () => {
    const source = "import { args } from 'webclave/sdk'\nexport default () => console.log(args())"
    const bundled = await sourceOf(source)
    expect(bundled).toContain('wasi:cli/environment')
    expect(bundled).not.toMatch(/^import /m)
    expect(await sourceOf(source)).toBe(bundled)
  })

  test('that imports what is not there is refused', async () => {
    await expect(buildImage({ app: { source: "import 'nowhere'" } })).rejects.toMatchObject({
      code: 'E_APP_IMPORT',
    })
    await expect(buildImage({ app: { source: 'export default (' } })).rejects.toMatchObject({
      code: 'E_APP_SYNTAX',
    })
  })
})
