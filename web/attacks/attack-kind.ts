/** What an attack is: data. It runs for real, and so does its control: the same without the defence. */
import type { Texts } from '../i18n/language.ts'
import type { Lab } from '../lessons/lab.ts'

/** How an attempt went, for the attacker. */
export type Outcome = 'stopped' | 'succeeded'

/** The attack, the same without the defence, or what it is compared with. */
export type Role = 'attack' | 'control' | 'comparison'

/** One attempt; `Name` is its name in the texts. */
export interface Trial<Name extends string = string> {
  readonly name: Name
  readonly role: Role
  run(lab: Lab): Promise<void>
  /** What its records say; undefined if they say nothing. */
  outcome(lab: Lab): Outcome | undefined
}

/** The texts of one attempt. */
export interface TrialWords {
  readonly title: string
  readonly text: string
  readonly button: string
  /** What it means, by its outcome: each really happens, or is what a fault would look like. */
  readonly stopped: string
  readonly succeeded: string
}

/** The texts of one attack. */
export interface AttackWords<Name extends string = string> {
  readonly title: string
  /** Who attacks, with what, and for what. */
  readonly attacker: string
  readonly trials: Readonly<Record<Name, TrialWords>>
  readonly why: string
}

/** One attack; its name is in the address. */
export interface Attack<Name extends string = string> {
  readonly name: string
  readonly texts: Texts<AttackWords<Name>>
  readonly trials: readonly Trial<Name>[]
}
