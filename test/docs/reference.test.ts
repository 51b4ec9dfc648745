/** The API reference is made without a warning: every type that a signature names is in it, and every link leads somewhere. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { buildReference, entrySources } from '../../scripts/reference.ts'

test('the reference has every entry of the package, and no warning', async (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'webclave-reference-'))
  try {
    const warnings = await buildReference(folder)
    if (warnings === undefined) return context.skip()
    expect(warnings).toEqual([])
    const pages = readdirSync(join(folder, 'modules'))
    expect(pages.length).toBeGreaterThanOrEqual(entrySources().size)
    for (const name of entrySources().values())
      expect(pages, name).toContain(`${name.replaceAll('/', '_')}.html`)
    expect(readFileSync(join(folder, 'functions/webclave_testing.createTestParent.html'), 'utf8')).toContain(
      'Never',
    )
  } finally {
    rmSync(folder, { recursive: true })
  }
})
