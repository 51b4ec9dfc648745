/** The Markdown pages are spelt correctly, by cspell with the words in `cspell.json`. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))
const CSPELL = join(root, 'node_modules/cspell/bin.mjs')
const CONFIG = join(root, 'cspell.json')
const PAGES = [join(root, '*.md'), join(root, 'docs/**/*.md'), join(root, 'examples/**/*.md')]

test('every page is spelt correctly, and a misspelt word is found (the control)', { timeout: 60_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'spelling-'))
  try {
    const control = join(folder, 'control.md')
    writeFileSync(control, 'An enclave is meassured.\n')
    // One run for both: most of its time is for loading the dictionaries.
    const words = ['--no-progress', '--no-color', '--config', CONFIG, '--root', '/', ...PAGES, control]
    const { stdout, stderr } = spawnSync(process.execPath, [CSPELL, ...words], { encoding: 'utf8' })
    expect(stdout.trim().split('\n')).toEqual([expect.stringMatching(/control\.md:1:15 .*\(meassured\)/)])
    expect(Number(/Files checked: (\d+)/.exec(stderr)?.[1])).toBeGreaterThan(25)
  } finally {
    rmSync(folder, { recursive: true })
  }
})
