/** The two faces of one command line: `qt`, as QingTian documents it, and `nitro-cli`, as AWS does. */
import type { Profile } from '../../image/measure/measure.ts'
import type { Command } from './command.ts'

/** A program's name, and whose codes it prints. */
export interface Voice {
  program: 'qt' | 'nitro-cli'
  profile: Profile
}

export const QT_VOICE: Voice = { program: 'qt', profile: 'qingtian' }
export const NITRO_VOICE: Voice = { program: 'nitro-cli', profile: 'nitro' }

/** A program with its commands. */
export interface Face extends Voice {
  /** Each command by its name, loaded when it is asked for. */
  commands: Readonly<Record<string, () => Promise<Command>>>
}
