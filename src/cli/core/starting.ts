/**
 * A command that leaves an enclave running. A detached process starts the enclave, becomes its keeper, and tells the
 * command when it may exit. The keeper inherits three descriptors from the command: one to write the exit status to,
 * standard output and standard error.
 */
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { EnclaveError } from '../../base/error.ts'
import type { KeepRequest } from '../../keeper/keeper.ts'
import type { KeptEnclave } from '../../keeper/kept-enclave.ts'
import type { Command, OptionValues } from './command.ts'
import type { Program } from './program.ts'

/** The descriptors that a keeper inherits. */
export const KEEPER_STATUS = 3
export const KEEPER_OUT = 4
export const KEEPER_ERR = 5

/** Such a command: the enclave that it requests, and what it prints once the enclave runs. */
export interface StartingCommand extends Command {
  request(options: OptionValues): Promise<KeepRequest>
  report(kept: Pick<KeptEnclave, 'record' | 'details'>): void
}

/** The keeper's program: its source, or the file built from it. */
const KEEPER = new URL(import.meta.url.endsWith('.ts') ? '../keeper.ts' : './keeper.cjs', import.meta.url)

/** MiB. With V8's initial semi-space of 1 MiB, garbage collection would interrupt a start three times. */
const YOUNG_GENERATION = '--min-semi-space-size=4'

/** Node's arguments for a keeper. `bin/qt` uses the same. */
export function keeperWords(program: string, name: string, words: readonly string[]): string[] {
  return [YOUNG_GENERATION, fileURLToPath(KEEPER), program, ...name.split(' '), ...words]
}

/** Runs the command in a new keeper; resolves with its exit status and the keeper's PID. @throws {EnclaveError} E_KEEPER_GONE */
export async function runInKeeper(
  { name: program }: Program,
  name: string,
  words: readonly string[],
): Promise<{ status: number; pid: number | undefined }> {
  const { spawn } = process.getBuiltinModule('node:child_process')
  const child = spawn(process.execPath, keeperWords(program, name, words), {
    detached: true,
    stdio: ['ignore', 'ignore', 'ignore', 'pipe', 1, 2],
  })
  const status = child.stdio[KEEPER_STATUS] as Readable
  let said = ''
  for await (const text of status.setEncoding('utf8')) said += text
  child.unref()
  if (said !== '') return { status: Number(said), pid: child.pid }
  throw new EnclaveError('E_KEEPER_GONE', {
    what: 'the keeper process exited before the enclave was running',
    hint: 'try again; qt enclave query lists the running enclaves',
  })
}
