/** Reading a lesson: steps run one at a time, check themselves, and are repeated after an earlier visit. */
import { describe, expect, test } from 'vitest'
import type { Lab } from '../../../web/lessons/lab.ts'
import type { Lesson, Step } from '../../../web/lessons/lesson-kind.ts'
import { Session } from '../../../web/lessons/session.ts'

const words = { title: '', text: '', button: '', done: '' }

/** A lesson whose steps note what was entered; a step whose entry is `bad` throws, and one with `nothing` does nothing. */
function lessonOf(...names: string[]): Lesson {
  const steps = names.map(
    (name): Step => ({
      name,
      minutes: 1,
      field: { first: `${name} first`, maxLength: 20 },
      async run(lab: Lab, entered: string) {
        if (entered === 'bad') throw new Error('it went wrong')
        if (entered !== 'nothing') lab.note('keyId', entered)
      },
      done: (lab: Lab) => lab.of('fact', name).length > 0,
    }),
  )
  const own = {
    title: '',
    aim: '',
    end: '',
    notes: [],
    steps: Object.fromEntries(names.map((n) => [n, words])),
  }
  return { texts: { en: own, zh: own }, steps }
}

const noted = (session: Session) => session.lab.of('fact').map(({ value }) => value)

test('a step that has run is done if what it is about has happened', async () => {
  const lesson = lessonOf('a', 'b')
  const session = new Session(9, lesson, { done: 0, entered: { b: 'nothing' } })
  expect(await session.run(lesson.steps[0]!)).toBe(true)
  expect(session.done).toBe(1)
  expect(await session.run(lesson.steps[1]!)).toBe(false)
  expect(session.done).toBe(1)
  expect(session.ran.value).toEqual({ step: 'b' })
  expect(noted(session)).toEqual(['a first'])
})

test('a step that has not happened is not looked at any longer', async () => {
  const lesson = lessonOf('a')
  let looks = 0
  const step: Step = {
    ...lesson.steps[0]!,
    done: (lab) => {
      looks += 1
      return lab.of('fact', 'never').length > 0
    },
  }
  const session = new Session(9, { ...lesson, steps: [step] }, { done: 0, entered: {} })
  expect(await session.run(step)).toBe(false)
  const before = looks
  session.lab.note('keyId', 'later')
  expect(looks).toBe(before)
})

test('a second step does not run meanwhile', async () => {
  const lesson = lessonOf('a', 'b')
  const session = new Session(9, lesson, { done: 0, entered: {} })
  const [first, second] = [session.run(lesson.steps[0]!), session.run(lesson.steps[1]!)]
  expect(await second).toBe(false)
  expect(await first).toBe(true)
  expect(noted(session)).toEqual(['a first'])
})

test('an error belongs to its step, and goes when the step runs again', async () => {
  const lesson = lessonOf('a')
  const session = new Session(9, lesson, { done: 0, entered: { a: 'bad' } })
  await session.run(lesson.steps[0]!)
  expect(session.ran.value).toMatchObject({ step: 'a', error: new Error('it went wrong') })
  session.enter(lesson.steps[0]!, 'good')
  await session.run(lesson.steps[0]!)
  expect(session.ran.value).toEqual({ step: 'a' })
  expect(noted(session)).toEqual(['good'])
})

test('a step that is done again replaces its records', async () => {
  const lesson = lessonOf('a')
  const session = new Session(9, lesson, { done: 0, entered: {} })
  await session.run(lesson.steps[0]!)
  session.enter(lesson.steps[0]!, 'x'.repeat(99))
  await session.run(lesson.steps[0]!)
  expect(noted(session)).toEqual(['x'.repeat(20)])
})

describe('after an earlier visit', () => {
  test('nothing runs until the reader continues; then the done steps run, with what was entered', async () => {
    const lesson = lessonOf('a', 'b', 'c')
    const session = new Session(9, lesson, { done: 2, entered: { b: 'mine', c: 'later' } })
    expect(session.done).toBe(0)
    expect(session.progress.done).toBe(2)
    await session.resume()
    expect(noted(session)).toEqual(['a first', 'mine'])
    expect(session.done).toBe(2)
    expect(session.progress).toEqual({ done: 2, entered: { b: 'mine', c: 'later' } })
  })

  test('it stops at a step that fails now', async () => {
    const lesson = lessonOf('a', 'b', 'c')
    const session = new Session(9, lesson, { done: 3, entered: { b: 'bad' } })
    await session.resume()
    expect(session.done).toBe(1)
    expect(session.ran.value).toMatchObject({ step: 'b', error: new Error('it went wrong') })
  })

  test('it can be forgotten', () => {
    const session = new Session(9, lessonOf('a', 'b'), { done: 1, entered: { a: 'mine' } })
    session.restart()
    expect(session.progress).toEqual({ done: 0, entered: {} })
  })
})
