/** SECURITY.md says what tests show: each that it names is there, and no attack is left out. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))
const text = readFileSync(`${root}/SECURITY.md`, 'utf8')
const named = [...new Set(text.match(/test\/[\w/-]+\.test\.ts/g))]

/** The cells of the rows below the heading `title`, without the table's head. */
function rowsOf(title: string): string[][] {
  const section = text.split(/^## /m).find((each) => each.startsWith(title)) ?? ''
  const rows = section.split('\n').filter((line) => line.startsWith('|'))
  return rows.slice(2).map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  )
}

describe('SECURITY.md', () => {
  test.each(named)('names %s, which exists', (file) => {
    expect(existsSync(`${root}/${file}`)).toBe(true)
  })

  test('names every attack in its table', () => {
    const attacks = readdirSync(`${root}/test/attacks`).filter((name) => name.endsWith('.test.ts'))
    const rows = rowsOf('Attacks').map((cells) => cells.at(-1)?.slice('`test/attacks/'.length, -1))
    expect(rows.toSorted()).toEqual(attacks.toSorted())
  })

  test('claims an outcome in Chromium only for attacks that run there', () => {
    const tried = readFileSync(`${root}/test/e2e/attacks.test.ts`, 'utf8')
    const guests = new Map(
      Array.from(
        readFileSync(`${root}/SECURITY.md`, 'utf8').matchAll(/`(test\/attacks\/[\w-]+\.test\.ts)` \|$/gm),
        ([, file]) => [
          file!,
          [...readFileSync(`${root}/${file}`, 'utf8').matchAll(/'([\w-]+\.(?:wat|ts))'/g)].map(
            ([, guest]) => guest!,
          ),
        ],
      ),
    )
    for (const [attack, , , chromium, file] of rowsOf('Attacks')) {
      if (chromium !== 'the same') continue
      const own = guests.get(file!.slice(1, -1)) ?? []
      expect(
        own.some((guest) => tried.includes(`'${guest}'`)),
        attack,
      ).toBe(true)
    }
  })

  test('has complete rows in its tables', () => {
    expect(new Set(rowsOf('Attacks').map((cells) => cells.length))).toEqual(new Set([5]))
    expect(new Set(rowsOf('The parent can').map((cells) => cells.length))).toEqual(new Set([4]))
  })
})
