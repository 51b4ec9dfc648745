/** The two programs of one command line: `qt`, as QingTian documents it, and `nitro-cli`, as AWS does. */
import type { ProfileName } from '../../base/profile.ts'
import type { Command } from './command.ts'

/** A program's name, and whose codes it prints. */
export interface Program {
  name: 'qt' | 'nitro-cli'
  profile: ProfileName
}

export const QT_PROGRAM: Program = { name: 'qt', profile: 'qingtian' }
export const NITRO_PROGRAM: Program = { name: 'nitro-cli', profile: 'nitro' }

/** A program with its commands. */
export interface CommandLine extends Program {
  /** Each command by its name, loaded when it is asked for. */
  commands: Readonly<Record<string, () => Promise<Command>>>
}
