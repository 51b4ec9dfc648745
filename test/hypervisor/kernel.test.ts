/** An image starts only with the kernel that it was measured with. */
import { expect, test } from 'vitest'
import { loadKernel } from '../../src/hypervisor/kernel.ts'
import { ARTEFACTS, readArtefact } from '../../src/platform/artefacts.ts'

const own = async () => {
  const list = JSON.parse(new TextDecoder().decode(await readArtefact(ARTEFACTS.list)))
  return list.kernel.sha384 as string
}

test('the kernel of this release is returned unchanged', async () => {
  const script = new TextDecoder().decode(await readArtefact(ARTEFACTS.kernel))
  expect(await loadKernel({ version: 'any', sha384: await own() })).toBe(script)
  expect(await loadKernel({ version: 'another', sha384: await own() })).toBe(script)
})

test('another kernel is rejected, and this release’s kernel still works after that', async () => {
  const sha384 = await own()
  const wrong = `${sha384.slice(0, -1)}${sha384.endsWith('0') ? '1' : '0'}`
  await expect(loadKernel({ version: '9.9.9', sha384: wrong })).rejects.toMatchObject({
    code: 'E_IMAGE_KERNEL',
    expected: expect.stringContaining(`kernel SHA-384 ${sha384}`),
    got: `webclave 9.9.9, kernel SHA-384 ${wrong}`,
  })
  expect(await loadKernel({ version: '1', sha384 })).toContain('webclaveKernel')
})
