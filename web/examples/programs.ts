/** The programs of the lessons and attacks: the bench's examples, and some of their own, bundled like these. */
import type { ExampleName } from './examples.ts'

/** A program that is not on the bench. */
export type OwnProgram = 'door' | 'keeper' | 'receiver' | 'customer' | 'flooder' | 'glutton'
export type ProgramName = ExampleName | OwnProgram

/** Their files, relative to the project. */
export const OWN_PROGRAMS: readonly { readonly name: OwnProgram; readonly path: string }[] = [
  { name: 'door', path: 'web/lessons/guests/door.ts' },
  { name: 'keeper', path: 'web/attacks/guests/keeper.ts' },
  { name: 'receiver', path: 'web/attacks/guests/receiver.ts' },
  { name: 'customer', path: 'web/attacks/guests/customer.ts' },
  { name: 'flooder', path: 'web/attacks/guests/flooder.ts' },
  { name: 'glutton', path: 'web/attacks/guests/glutton.ts' },
]

/** A program as the page loads it. */
export interface BuiltProgram {
  readonly name: ProgramName
  /** The files by their names. */
  readonly files: Readonly<Record<string, string>>
  readonly entry: string
  /** The bundled application. */
  readonly source: string
}
