/** What a lesson is: data. Each of its steps really does something, and checks itself by what then happened. */
import type { Texts } from '../i18n/language.ts'
import type { StepWords } from '../i18n/lessons.ts'
import type { Lab } from './lab.ts'

/** What the reader enters in a step. */
export interface StepField {
  /** What is in it at first. */
  readonly first: string
  readonly maxLength: number
}

/** One step; `Name` is its name in the texts. */
export interface Step<Name extends string = string> {
  readonly name: Name
  readonly minutes: number
  readonly field?: StepField
  /** Does it; what is thrown is shown. */
  run(lab: Lab, entered: string): Promise<void>
  /** Whether it has really happened. */
  done(lab: Lab): boolean
}

/** The texts of one lesson. */
export interface LessonWords<Name extends string = string> {
  readonly title: string
  readonly aim: string
  readonly steps: Readonly<Record<Name, StepWords>>
  /** What to remember. */
  readonly end: string
  /** For teachers: what to say, to ask, and what goes wrong. */
  readonly notes: readonly string[]
}

/** One lesson. */
export interface Lesson<Name extends string = string> {
  readonly texts: Texts<LessonWords<Name>>
  readonly steps: readonly Step<Name>[]
}

/** How many steps are done, without a gap. */
export function stepsDone({ steps }: Pick<Lesson, 'steps'>, lab: Lab): number {
  const first = steps.findIndex((step) => !step.done(lab))
  return first < 0 ? steps.length : first
}

/** The minutes that a lesson takes. */
export const minutesOf = ({ steps }: Pick<Lesson, 'steps'>): number =>
  steps.reduce((sum, { minutes }) => sum + minutes, 0)
