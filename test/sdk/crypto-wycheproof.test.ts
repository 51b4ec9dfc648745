/** crypto.subtle in an enclave against Project Wycheproof (../shared/vectors/wycheproof): every case that applies. */
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Laboratory } from '../support/laboratory.ts'
import { type Case, FILES, HELPERS, type Vectors } from './wycheproof.ts'

const folder = fileURLToPath(new URL('../../../shared/vectors/wycheproof/', import.meta.url))
const isThere = existsSync(folder)
if (!isThere) console.warn(`skipped: there is no ${folder}`)
/** Cases per program, because a program of the laboratory is one message. */
const CHUNK = 40

let lab: Laboratory
beforeAll(async () => {
  if (isThere) lab = await Laboratory.open()
})
afterAll(() => lab?.[Symbol.asyncDispose]())

function casesOf(name: string): Case[] {
  const vectors = JSON.parse(readFileSync(`${folder}${name}_test.json`, 'utf8')) as Vectors
  return vectors.testGroups.flatMap(({ tests, ...group }) => tests.map((one) => ({ ...group, ...one })))
}

/** What became of each case: whether its output is right, or the name of what was thrown. */
async function outcomesOf(code: string, cases: readonly Case[]): Promise<(boolean | string)[]> {
  const outcomes: (boolean | string)[] = []
  for (let at = 0; at < cases.length; at += CHUNK)
    outcomes.push(
      ...(await lab.run<(boolean | string)[]>(`${HELPERS}
        const run = async (c) => { ${code} }
        const outcomes = []
        for (const c of ${JSON.stringify(cases.slice(at, at + CHUNK))})
          outcomes.push(await run(c).catch((error) => error instanceof DOMException ? error.name : String(error.stack)))
        return outcomes`)),
    )
  return outcomes
}

const REFUSALS = new Set<boolean | string>([false, 'DataError', 'OperationError'])

test.skipIf(!isThere).each(Object.entries(FILES))('%s', async (name, code) => {
  const cases = casesOf(name)
  const outcomes = await outcomesOf(code, cases)
  const wrong = cases.flatMap(({ tcId, result, comment }, at) => {
    const outcome = outcomes[at]!
    const accepted = outcome === true
    // An acceptable case is accepted with the right output, or refused.
    const isRight =
      result === 'valid'
        ? accepted
        : result === 'invalid'
          ? REFUSALS.has(outcome)
          : accepted || REFUSALS.has(outcome)
    return isRight ? [] : [{ tcId, result, comment, outcome }]
  })
  expect(cases.length).toBeGreaterThan(30)
  expect(wrong).toEqual([])
})
