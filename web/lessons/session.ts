/** One reading of a lesson: its live system, what was entered, and how far it is. */
import { effect, type Signal, signal } from '@preact/signals'
import { hostFailure } from '../host/open.ts'
import { Lab } from './lab.ts'
import { type Lesson, type Step, stepsDone } from './lesson-kind.ts'
import { keepProgress, type Progress } from './progress.ts'

/** Milliseconds after which a step that has run counts as not done: packets and calls are looked at four times a second. */
const SETTLED = 3000

export class Session {
  readonly lab: Lab = new Lab()
  readonly lesson: Lesson
  readonly entered: Signal<Readonly<Record<string, string>>>
  /** How many steps were done in an earlier visit, and are not repeated yet. */
  readonly earlier: Signal<number>
  /** The step that runs. */
  readonly busy: Signal<string | undefined> = signal<string | undefined>(undefined)
  /** The step that ran last, and its error. */
  readonly ran: Signal<{ readonly step: string; readonly error?: unknown } | undefined> = signal<
    { readonly step: string; readonly error?: unknown } | undefined
  >(undefined)
  readonly #number: number

  constructor(number: number, lesson: Lesson, { done, entered }: Progress) {
    this.#number = number
    this.lesson = lesson
    this.entered = signal<Readonly<Record<string, string>>>(entered)
    this.earlier = signal(done)
  }

  /** How many steps are done now. */
  get done(): number {
    return stepsDone(this.lesson, this.lab)
  }

  /** What a link or the next visit restores. */
  get progress(): Progress {
    return { done: Math.max(this.done, this.earlier.value), entered: this.entered.value }
  }

  valueOf({ name, field }: Step): string {
    return this.entered.value[name] ?? field?.first ?? ''
  }

  enter({ name, field }: Step, value: string): void {
    if (!field) return
    this.entered.value = { ...this.entered.value, [name]: value.slice(0, field.maxLength) }
  }

  /** Does one step. Returns whether it is done then. */
  async run(step: Step): Promise<boolean> {
    if (this.busy.value !== undefined) return false
    const { lab } = this
    this.busy.value = step.name
    this.ran.value = undefined
    try {
      await lab.begin(step.name)
      await Promise.race([step.run(lab, this.valueOf(step)), hostFailure])
      await until(() => step.done(lab))
      this.ran.value = { step: step.name }
    } catch (error) {
      this.ran.value = { step: step.name, error }
    } finally {
      this.busy.value = undefined
    }
    keepProgress(this.#number, this.progress)
    return step.done(lab)
  }

  /** Does the steps of the earlier visit again. */
  async resume(): Promise<void> {
    const steps = this.lesson.steps.slice(0, this.earlier.value)
    this.earlier.value = 0
    for (const step of steps) if (!(await this.run(step))) return
  }

  /** Forgets the earlier visit. */
  restart(): void {
    this.earlier.value = 0
    this.entered.value = {}
    keepProgress(this.#number, { done: 0, entered: {} })
  }

  /** Ends its enclaves. */
  close(): void {
    void this.lab.close()
  }
}

/** Resolves when `holds` does, or after some time. */
function until(holds: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(end, SETTLED)
    const stop = effect(() => {
      // Later, because `stop` is not yet assigned if it holds at once.
      if (holds()) queueMicrotask(end)
    })
    function end(): void {
      clearTimeout(timer)
      stop()
      resolve()
    }
  })
}
