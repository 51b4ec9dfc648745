/** The dictionary is whole: each text of the page is there in both languages, and translated. */
import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import type { Texts } from '../../../web/i18n/language.ts'
import { type Pair, textsOf } from './walk.ts'

const folder = fileURLToPath(new URL('../../../web/i18n', import.meta.url))
/** They choose among texts, and have none. */
const WITHOUT_TEXTS = ['language.ts', 'explain.ts']
const files = readdirSync(folder).filter((name) => name.endsWith('.ts') && !WITHOUT_TEXTS.includes(name))

/** Names that are the same in both languages. */
const NAMES = ['CID', 'KMS', 'QTSM', 'vsock', 'webclave', 'WebAssembly', 'AWS Nitro']

/** Has nothing to say: what is not known of a document's part. */
const SILENT = ['document.roles.other']

const HAN = /\p{Script=Han}/u
/** A sign without words needs no translation. */
const isName = (text: string) => NAMES.includes(text) || !/\p{L}/u.test(text)

async function all(name: string): Promise<Pair[]> {
  const exported: Record<string, unknown> = await import(`${folder}/${name}`)
  return Object.entries(exported)
    .filter(([, one]) => typeof one === 'object' && one !== null && 'en' in one && 'zh' in one)
    .flatMap(([part, texts]) =>
      textsOf(texts as Texts<unknown>).map((pair) => ({ ...pair, path: `${part}.${pair.path}` })),
    )
}

test.each(files)('%s', async (name) => {
  const found = (await all(name)).filter(({ path }) => !SILENT.includes(path))
  expect(found.length).toBeGreaterThan(0)
  expect(found.filter(({ en, zh }) => en.trim() === '' || zh.trim() === '')).toEqual([])
  const same = found.filter(({ en, zh }) => en === zh && !isName(en))
  expect(same).toEqual([])
  expect(found.filter(({ zh }) => !HAN.test(zh) && !isName(zh))).toEqual([])
  expect(found.filter(({ en }) => HAN.test(en))).toEqual([])
})
