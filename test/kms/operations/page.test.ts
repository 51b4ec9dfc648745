/** The marker of a page. */
import { expect, test } from 'vitest'
import { createKms } from '../../../src/kms/index.ts'

test('a marker that is not base64 is refused with the pattern', async () => {
  await using kms = await createKms()
  await expect(kms.owner.listKeys({ marker: 'no base64!' })).rejects.toThrow('regular expression pattern')
})
