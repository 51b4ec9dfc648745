/** The two command-line programs: `qt`, as QingTian documents it, and `nitro-cli`, as AWS does. */
import type { ProfileName } from '../../base/profile.ts'
import type { Command } from './command.ts'

/** A program's name, and the cloud whose error codes it prints. */
export interface Program {
  name: 'qt' | 'nitro-cli'
  profile: ProfileName
}

export const QT_PROGRAM: Program = { name: 'qt', profile: 'qingtian' }
export const NITRO_PROGRAM: Program = { name: 'nitro-cli', profile: 'nitro' }

/** A program with its commands. */
export interface CommandLine extends Program {
  /** Loaders of the commands, by name. */
  commands: Readonly<Record<string, () => Promise<Command>>>
}
