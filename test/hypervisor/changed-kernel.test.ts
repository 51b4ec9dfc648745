/** A kernel that a bundler or a server has changed is not taken for that of another release. */
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'
import { loadKernel } from '../../src/hypervisor/kernel.ts'
import { artefactsAt, copyArtefacts } from '../../src/platform/artefact-folder.ts'
import { ARTEFACTS, readArtefact, setArtefactFolder } from '../../src/platform/artefacts.ts'

test('a start with a changed kernel says that a bundler or a server has changed it', async () => {
  const list = JSON.parse(new TextDecoder().decode(await readArtefact(ARTEFACTS.list)))
  const folder = mkdtempSync(join(tmpdir(), 'webclave-changed-'))
  try {
    await copyArtefacts(folder)
    appendFileSync(join(folder, 'kernel.txt'), '\n//# sourceMappingURL=data:application/json,{}')
    artefactsAt(pathToFileURL(folder))
    await expect(loadKernel(list.kernel)).rejects.toMatchObject({
      code: 'E_ARTEFACT',
      what: expect.stringContaining('a bundler or a server has changed it'),
      expected: `SHA-384 ${list.kernel.sha384}`,
    })
  } finally {
    setArtefactFolder(undefined)
    rmSync(folder, { recursive: true })
  }
})
