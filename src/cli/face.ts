/** The two faces of one command line: `qt`, as QingTian documents it, and `nitro-cli`, as AWS does. */
import type { Profile } from '../image/measure.ts'
import type { Command } from './command.ts'

/** A program's name, its commands, and whose codes it prints. */
export interface Face {
  program: 'qt' | 'nitro-cli'
  profile: Profile
  /** Each command by its name, loaded when it is asked for. */
  commands: Readonly<Record<string, () => Promise<Command>>>
}
