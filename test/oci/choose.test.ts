/** Of several images only the one that is meant is taken; where nothing says which, all are refused and listed. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { loadContainerImage } from '../../src/oci/index.ts'
import { command } from '../support/components.ts'
import { addBlob, addManifest, type Files, Images, layoutOf, saved } from '../support/containers.ts'
import { tar } from '../support/tar.ts'

let images: Images
let wasm: Uint8Array
beforeAll(async () => {
  images = await Images.create()
  wasm = await command('(i32.const 0)')
})
afterAll(() => images[Symbol.asyncDispose]())

const image = (which: string) => ({
  layers: [tar({ name: 'app.wasm', data: wasm }, { name: 'which', data: which })],
  run: { Entrypoint: ['/app.wasm'] },
})
const encode = (value: unknown) => new TextEncoder().encode(JSON.stringify(value))
const REF = 'org.opencontainers.image.ref.name'
const AMD64 = { platform: { os: 'linux', architecture: 'amd64' } }

/** As Docker 25 and newer name an image. */
const dockers = (name: string) => ({
  annotations: { 'io.containerd.image.name': `docker.io/library/${name}`, [REF]: name.split(':')[1] },
})
type Entry = readonly [which: string, more: object]
const index = (...entries: Entry[]) =>
  layoutOf((files) => entries.map(([which, more]) => addManifest(files, image(which), more)))

async function which(files: Files, tag?: string): Promise<string> {
  const path = await images.archive('choose.tar', files)
  const { files: taken } = await loadContainerImage(tag === undefined ? path : `${path}:${tag}`)
  return new TextDecoder().decode(taken.get('which'))
}

describe('of several images with the same tag', () => {
  const orders = [
    ['a', 'b'],
    ['b', 'a'],
  ]
  test.each(orders)('one is taken only by its name, if %s comes first', async (...order) => {
    for (const platform of [{}, AMD64]) {
      const files = index(
        ...order.map((name) => [name, { ...platform, ...dockers(`${name}:latest`) }] as const),
      )
      for (const tag of [undefined, 'latest']) {
        expect(await images.refusal(files, tag === undefined ? {} : { tag })).toMatch(
          /^E_OCI_REFERENCE: the file contains several images; .*"docker.io\/library\/[ab]:latest", "docker/,
        )
      }
      expect(await which(files, 'a:latest')).toBe('a')
      expect(await which(files, 'docker.io/library/b:latest')).toBe('b')
    }
  })

  test('two without a name are refused, also if they are for the same platform', async () => {
    expect(await images.refusal(index(['a', AMD64], ['b', AMD64]))).toMatch(
      /^E_OCI_REFERENCE: the file contains several images for the same platform/,
    )
    expect(await images.refusal(index(['a', {}], ['b', {}]))).toMatch(/^E_OCI_REFERENCE: .*several images/)
  })

  test('two for a platform in an index of an index are refused', async () => {
    const files = layoutOf((inner) => {
      const manifests = ['a', 'b'].map((name) => addManifest(inner, image(name), AMD64))
      return [addBlob(inner, encode({ manifests }), 'application/vnd.oci.image.index.v1+json')]
    })
    expect(await images.refusal(files)).toMatch(/^E_OCI_REFERENCE: .*same platform.*got 2/)
  })

  test('two with tags are not taken without one, and are with it', async () => {
    const files = index(['a', { annotations: { [REF]: '1' } }], ['b', { annotations: { [REF]: '2' } }])
    expect(await images.refusal(files)).toMatch(/^E_OCI_REFERENCE: .*several images; .*got "1", "2"/)
    expect(await which(files, '2')).toBe('b')
    expect(await images.refusal(files, { tag: '3' })).toMatch(/the file has no image "3"; .*got "1", "2"/)
  })
})

test('several tags of one digest are one image', async () => {
  const files = index(['a', dockers('a:1')], ['a', dockers('a:2')], ['a', dockers('b:1')])
  for (const tag of [undefined, '1', 'a:2', 'b:1']) expect(await which(files, tag)).toBe('a')
})

test('in manifest.json too, several entries are one image only if they are the same', async () => {
  const [a, b] = ['a', 'b'].map((name) => saved({ ...image(name), tag: name }))
  const entry = (files: Files | undefined) =>
    (JSON.parse(new TextDecoder().decode(files!['manifest.json'])) as object[])[0]!
  const same = { ...entry(a), RepoTags: ['other:1'] }
  expect(await which({ ...a, 'manifest.json': encode([entry(a), same]) })).toBe('a')
  const both = { ...b, ...a, 'manifest.json': encode([entry(a), entry(b)]) }
  expect(await images.refusal(both)).toMatch(/^E_OCI_REFERENCE: .*several images; .*got "hello:a", "hello:b"/)
})

test('a variant of amd64 is not mistaken for it', async () => {
  const newer = { platform: { os: 'linux', architecture: 'amd64', variant: 'v3' } }
  const of = (more: object) => ({ ...more, ...dockers('a:1') })
  expect(await which(index(['new', of(newer)], ['plain', of(AMD64)]))).toBe('plain')
})

describe('an index that is not complete', () => {
  const broken = (change: object) => ({
    ...saved({ ...image('saved'), tag: '1' }),
    'index.json': encode(change),
  })

  test('gives way to manifest.json in the same archive', async () => {
    for (const manifests of [[], null]) expect(await which(broken({ manifests }))).toBe('saved')
    const config = Object.entries(saved(image('saved'))).find(([name]) => name.endsWith('.json'))![1]
    const files: Files = { ...saved(image('saved')) }
    const manifest = {
      config: addBlob(files, config, 'application/vnd.oci.image.config.v1+json'),
      layers: [],
    }
    const manifests = [addBlob(files, encode(manifest), 'application/vnd.oci.image.manifest.v1+json')]
    expect(await which({ ...files, 'index.json': encode({ manifests }) })).toBe('saved')
  })

  test('is refused where only it counts', async () => {
    const path = await images.archive('empty.tar', broken({ manifests: [] }))
    expect(await images.refusal(`oci-archive:${path}`)).toMatch(
      /^E_OCI_DOCUMENT: index.json contains no image; /,
    )
    expect(await images.refusal({ 'manifest.json': encode([]) })).toMatch(
      /^E_OCI_DOCUMENT: manifest.json contains no image/,
    )
  })
})

describe('a member of the wrong type is named by its type:', () => {
  const digest = `sha256:${'0'.repeat(64)}`
  const mediaType = 'application/vnd.oci.image.manifest.v1+json'
  test.each<[what: string, entry: object]>([
    ['a digest', { digest: { toString: 0, valueOf: 0 }, size: 1 }],
    ['a size', { digest, size: { toString: 0, valueOf: 0 } }],
    ['a platform', { digest, size: 1, mediaType, platform: { os: { toString: 0, valueOf: 0 } } }],
  ])('%s', async (_, entry) => {
    expect(await images.refusal({ 'index.json': encode({ manifests: [entry] }) })).toMatch(
      /^E_OCI_DOCUMENT: .*got object/,
    )
  })
})
