/** Each error code that webclave has is explained in Chinese: those of `qt` too, so that none has to be left out. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, test } from 'vitest'
import { ERRORS } from '../../../src/cli/errors/index.ts'
import { GUEST_ZH } from '../../../web/i18n/errors/guest.ts'
import { ERRORS_ZH, explainedZh } from '../../../web/i18n/errors/index.ts'
import { explainedError } from '../../../web/i18n/explain.ts'
import { language } from '../../../web/i18n/language.ts'

const project = fileURLToPath(new URL('../../..', import.meta.url))

/** The codes that the sources of a folder throw. What `qt new` writes are applications, with codes of their own. */
function codesIn(folder: string): Set<string> {
  const files = readdirSync(join(project, folder), { recursive: true, encoding: 'utf8' })
  const texts = files
    .filter((name) => /\.tsx?$/.test(name) && !/i18n|^cli.templates/.test(name))
    .map((name) => readFileSync(join(project, folder, name), 'utf8'))
  // A code with more after it is the beginning of several, such as `E_KMS_MASTER_`.
  return new Set(texts.flatMap((text) => text.match(/(?<=['"`])E_[A-Z0-9_]*[A-Z0-9](?=['"`])/g) ?? []))
}

afterEach(() => {
  language.value = 'en'
})

/** Stems to which the sources append an ending. */
const STEMS = ['E_ROOT', 'E_KMS_MASTER']

test('every code that the sources name has an entry', () => {
  const named = [...codesIn('src'), ...codesIn('web')].filter((code) => !STEMS.includes(code))
  expect(named.length).toBeGreaterThan(150)
  expect(named.filter((code) => !Object.hasOwn(ERRORS_ZH, code))).toEqual([])
  expect(Object.keys(ERRORS).filter((code) => !Object.hasOwn(ERRORS_ZH, code))).toEqual([])
})

test('every error of an enclave’s own interfaces has one', () => {
  const named = ['qtsm', 'vsock'].flatMap((name) => {
    const wit = readFileSync(join(project, `wit/${name}.wit`), 'utf8')
    const [, body = ''] = /enum error-code \{(.*?)\n {4}\}/s.exec(wit) ?? []
    return body.match(/^ +[a-z-]+(?=,$)/gm)!.map((line) => line.trim())
  })
  expect(named).toHaveLength(18)
  expect([...new Set(named)].sort()).toEqual(Object.keys(GUEST_ZH).sort())
})

describe.each([...Object.entries(ERRORS_ZH), ...Object.entries(GUEST_ZH)])('%s', (_, { what, hint }) => {
  test('has two whole sentences in Chinese', () => {
    for (const words of [what, hint]) {
      expect(words).toMatch(/\p{Script=Han}.*。$|…\s\}\]\s\}。$/su)
      expect(words).not.toMatch(/[,;?!]$|\.$/)
    }
    expect(what).not.toBe(hint)
  })
})

test('no two codes say the same', () => {
  const all = [...Object.values(ERRORS_ZH), ...Object.values(GUEST_ZH)].map(({ what }) => what)
  expect(all.filter((what, at) => all.indexOf(what) !== at)).toEqual([])
})

test('errors of applications, and those without a code, are explained as such', () => {
  expect(explainedZh('E_MY_OWN').what).toContain('应用')
  expect(explainedZh('read-only-index').what).toContain('已锁定')
  expect(explainedZh('constructor').what).toContain('应用')
  expect(explainedZh(undefined).what).toContain('没有错误码')
})

test('in English, errors explain themselves', () => {
  expect(explainedError('E_CID_TAKEN')).toBeUndefined()
  language.value = 'zh'
  expect(explainedError('E_CID_TAKEN')).toEqual(ERRORS_ZH.E_CID_TAKEN)
})
