/**
 * A command that leaves an enclave running. The process that starts it becomes the enclave's keeper, and tells the
 * command when it may end: the keeper has three descriptors of the command's, its status to write to, standard output and
 * standard error.
 */
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { EnclaveError } from '../../base/error.ts'
import type { KeepRequest } from '../../keeper/keeper.ts'
import type { KeptEnclave } from '../../keeper/kept-enclave.ts'
import type { Command, OptionValues } from './command.ts'
import type { Program } from './program.ts'

/** The descriptors that a keeper is given. */
export const KEEPER_STATUS = 3
export const KEEPER_OUT = 4
export const KEEPER_ERR = 5

/** Such a command: what it asks for, and what it says once the enclave runs. */
export interface StartingCommand extends Command {
  request(options: OptionValues): Promise<KeepRequest>
  report(kept: Pick<KeptEnclave, 'record' | 'details'>): void
}

/** The keeper's program: the source beside this one, or what is built from it. */
const KEEPER = new URL(import.meta.url.endsWith('.ts') ? '../keeper.ts' : './keeper.cjs', import.meta.url)

/** With the room that V8 begins with (1 MiB), a start would be interrupted three times to clear it. MiB. */
const YOUNG_GENERATION = '--min-semi-space-size=4'

/** What Node is told to become a keeper. `bin/qt` tells it the same. */
export function keeperWords(program: string, name: string, words: readonly string[]): string[] {
  return [YOUNG_GENERATION, fileURLToPath(KEEPER), program, ...name.split(' '), ...words]
}

/** Has a keeper run the command; resolves with the command's exit status. @throws {EnclaveError} E_KEEPER_GONE */
export async function runInKeeper(
  { name: program }: Program,
  name: string,
  words: readonly string[],
): Promise<number> {
  const { spawn } = process.getBuiltinModule('node:child_process')
  const child = spawn(process.execPath, keeperWords(program, name, words), {
    detached: true,
    stdio: ['ignore', 'ignore', 'ignore', 'pipe', 1, 2],
  })
  const status = child.stdio[KEEPER_STATUS] as Readable
  let said = ''
  for await (const text of status.setEncoding('utf8')) said += text
  child.unref()
  if (said !== '') return Number(said)
  throw new EnclaveError('E_KEEPER_GONE', {
    what: 'the process that was to keep the enclave has ended before it ran',
    hint: 'try again; qt enclave query says which enclaves there are',
  })
}
