/** The change that `qt demo` makes to an image, as an attacker would. */

import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { pcrHex } from '../../../../src/base/pcrs.ts'
import { tamper } from '../../../../src/cli/commands/demo/tamper.ts'
import { buildImage, describeImage, parseEif, writeEif } from '../../../../src/image/index.ts'

const echo = fileURLToPath(new URL('../../../../guests/echo', import.meta.url))

test('one letter of the application is changed, and the image stays valid with another PCR0', async () => {
  const { eif, pcrs } = await buildImage({ app: { path: echo }, name: 'echo' })
  const forged = await tamper(eif)
  const [before, after] = [await parseEif(eif), await parseEif(forged.eif)]
  expect({ ...after, sections: [] }).toMatchObject({ ...before, sections: [], crc: expect.anything() })
  const changed = before.sections.flatMap(({ data }, section) =>
    [...data.keys()]
      .filter((at) => data[at] !== after.sections[section]!.data[at])
      .map((at) => [section, at]),
  )
  const application = before.sections.findLastIndex(({ type }) => type === 'ramdisk')
  expect(changed).toEqual([[application, forged.offset]])
  const text = new TextDecoder().decode(after.sections[application]!.data)
  expect(text).toContain('Listens on port')
  expect(text).not.toContain('echo listens on port')
  expect(pcrHex((await describeImage(new Blob([forged.eif]))).pcrs.qingtian, 0)).not.toBe(pcrHex(pcrs, 0))
})

test('an application without that text is refused', async () => {
  const { sections, ...header } = await parseEif((await buildImage({ app: { path: echo } })).eif)
  const last = sections.findLastIndex(({ type }) => type === 'ramdisk')
  const changed = sections.map((section, at) =>
    at === last ? { ...section, data: new Uint8Array(9) } : section,
  )
  await expect(tamper(writeEif(changed, header))).rejects.toThrow('the application has no text to change')
})
