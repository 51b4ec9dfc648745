/** The lessons as data: their lengths, their texts in both languages, and checks that nothing but the real thing passes. */
import { signal } from '@preact/signals'
import { describe, expect, test } from 'vitest'
import type { EnclaveView } from '../../../web/app/enclaves.ts'
import { differentBits } from '../../../web/lessons/all/measure.ts'
import { LESSONS } from '../../../web/lessons/all.ts'
import { Lab } from '../../../web/lessons/lab.ts'
import { minutesOf, stepsDone } from '../../../web/lessons/lesson-kind.ts'

const HAN = /\p{Script=Han}/u
/** An enclave in which nothing has happened. */
const VIEW = {
  description: { pcrs: new Map([[0, new Uint8Array(48)]]) },
  state: signal('running'),
  packets: signal([]),
  calls: signal([]),
} as unknown as EnclaveView

describe.each(LESSONS.map((lesson, at) => [at + 1, lesson] as const))('lesson %i', (_, lesson) => {
  const { en, zh } = lesson.texts

  test('takes at most ten minutes', () => {
    expect(minutesOf(lesson)).toBeLessThanOrEqual(10)
    expect(lesson.steps.length).toBeGreaterThan(3)
  })

  test('has all texts in both languages', () => {
    expect(Object.keys(zh.steps)).toEqual(Object.keys(en.steps))
    expect(lesson.steps.map(({ name }) => name)).toEqual(Object.keys(en.steps))
    expect(zh.notes).toHaveLength(en.notes.length)
    const textsOf = ({ title, aim, end, notes, steps }: typeof en) => [
      title,
      aim,
      end,
      ...notes,
      ...Object.values(steps).flatMap((step) => Object.values(step) as string[]),
    ]
    for (const one of textsOf(en)) expect(one).not.toMatch(HAN)
    for (const one of textsOf(zh)) expect(one).toMatch(HAN)
  })

  test('labels exactly the fields that there are', () => {
    for (const { name, field } of lesson.steps)
      for (const { steps } of [en, zh]) expect(steps[name]!.field !== undefined).toBe(field !== undefined)
  })

  test('counts no step as done before anything has happened', () => {
    const lab = new Lab()
    expect(lesson.steps.filter((step) => step.done(lab))).toEqual([])
    expect(stepsDone(lesson, lab)).toBe(0)
  })

  test('is not done by refusals of every step, nor by verdicts that fail for no reason', () => {
    const lab = new Lab()
    for (const { name } of lesson.steps) {
      lab.step = name
      lab.add({ kind: 'refused', what: name, error: { code: 'E_OTHER', what: 'something else' } })
      const verdict = { ok: false, checks: [], document: undefined } as const
      lab.add({ kind: 'verdict', attestation: { nonce: '', document: new Uint8Array(1), verdict } })
      lab.add({ kind: 'answer', view: VIEW, method: 'any', request: {}, result: undefined })
    }
    expect(lesson.steps.filter((step) => step.done(lab)).map(({ name }) => name)).toEqual([])
  })
})

test('titles are unique in each language', () => {
  for (const language of ['en', 'zh'] as const)
    expect(new Set(LESSONS.map(({ texts }) => texts[language].title)).size).toBe(LESSONS.length)
})

test('a started enclave with another PCR0 than measured does not check itself', () => {
  const lesson = LESSONS[1]!
  const lab = new Lab()
  const image = { name: 'hello.eif', pcr0Of: () => 'ab'.repeat(48) } as never
  lab.step = 'measure'
  lab.add({ kind: 'image', image })
  const started = (byte: number) => {
    const description = { pcrs: new Map([[0, new Uint8Array(48).fill(byte)]]) }
    lab.add({ kind: 'started', view: { description, image } as unknown as EnclaveView })
  }
  lab.step = 'start'
  started(0xcd)
  expect(stepsDone(lesson, lab)).toBe(1)
  started(0xab)
  expect(stepsDone(lesson, lab)).toBe(2)
})

test.each([
  ['00', '00', 0],
  ['00', '01', 1],
  ['f0', '0f', 8],
  ['a5', 'a4', 1],
])('%s and %s differ in %i bits', (left, right, count) => {
  expect(differentBits(left, right)).toBe(count)
})
