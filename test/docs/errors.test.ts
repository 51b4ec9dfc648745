/** Error codes: each is on docs/errors.md, and none is thrown that has no entry in the table. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { errorPage, PAGE } from '../../scripts/error-page.ts'
import { explainCode } from '../../src/cli/core/error-codes.ts'
import { NITRO_TEXTS, QT_TEXTS } from '../../src/cli/core/error-texts.ts'
import { ERRORS } from '../../src/cli/errors/index.ts'

const src = fileURLToPath(new URL('../../src', import.meta.url))

/** Codes in the source that are thrown: quoted, or the beginning of a name that is put together. */
function codesInSource(): Set<string> {
  const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter(
    (name) =>
      name.endsWith('.ts') && !/^cli\/(?:errors|templates)/.test(name) && name !== 'base/error-code.ts',
  )
  const text = files.map((name) => readFileSync(join(src, name), 'utf8')).join('\n')
  return new Set([...text.matchAll(/'(E_[A-Z0-9_]+)'/g)].map(([, code]) => code!))
}

describe('the error codes', () => {
  test('are on the page that `npm run build:errors` writes', () => {
    expect(readFileSync(PAGE, 'utf8')).toBe(errorPage())
    for (const code of Object.keys(ERRORS)) expect(errorPage()).toContain(`\n## ${code}\n`)
  })

  test('have an entry for every code in the source', () => {
    const codes = codesInSource()
    expect(codes.size).toBeGreaterThan(150)
    // The two that begin the codes of a secret's file.
    const begins = ['E_ROOT', 'E_KMS_MASTER']
    expect([...codes].filter((code) => !(code in ERRORS) && !begins.includes(code))).toEqual([])
  })

  test('name only codes that the clouds document', () => {
    for (const [code, { cloud }] of Object.entries(ERRORS)) {
      if (cloud) expect([QT_TEXTS[cloud[0]], NITRO_TEXTS[cloud[1]]], code).not.toContain(undefined)
    }
  })

  test.each(Object.keys(ERRORS))('explain when %s occurs and what to do', (code) => {
    const { Meaning, Advice } = explainCode(code.toLowerCase()) ?? {}
    for (const sentence of [Meaning, ...(Advice as string[])]) expect(sentence).toMatch(/^[A-Z{].{8,}\.$/s)
  })
})
