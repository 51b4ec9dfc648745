/** The program of a keeper: starts an enclave for a command, reports the outcome, and stays until the enclave ends. */
import { closeSync, writeSync } from 'node:fs'
import { keep } from '../keeper/keeper.ts'
import { USAGE_STATUS, UsageError } from './core/command.ts'
import { isHelp, optionsOf, reportError } from './core/main.ts'
import { NITRO_PROGRAM, type Program, QT_PROGRAM } from './core/program.ts'
import { KEEPER_ERR, KEEPER_OUT, KEEPER_STATUS, type StartingCommand } from './core/starting.ts'
import { printProgress, printText, printTo } from './output/output.ts'

/** Signals that a terminal sends. They are meant for the command in the foreground, so the keeper ignores them. */
const TERMINAL_SIGNALS = ['SIGINT', 'SIGHUP', 'SIGQUIT', 'SIGTSTP'] as const

/** Reports the exit status to the waiting command, which then exits. */
function tell(status: number): void {
  try {
    writeSync(KEEPER_STATUS, String(status))
  } catch {
    // The command has already exited.
  }
  for (const descriptor of [KEEPER_STATUS, KEEPER_OUT, KEEPER_ERR]) closeSync(descriptor)
}

/** The program and its command that starts an enclave. */
async function commandOf(name: string | undefined): Promise<[Program, StartingCommand]> {
  return name === NITRO_PROGRAM.name
    ? [NITRO_PROGRAM, (await import('./commands/nitro/run-enclave.ts')).runEnclave]
    : [QT_PROGRAM, (await import('./commands/start.ts')).start]
}

const telling: PromiseWithResolvers<void> = Promise.withResolvers()

async function run(name: string | undefined, words: readonly string[]): Promise<void> {
  const [program, command] = await commandOf(name)
  printTo(KEEPER_OUT, KEEPER_ERR)
  try {
    if (words.some(isHelp)) {
      const { commandHelp } = await import('./core/help.ts')
      printText(`${commandHelp(program.name, command)}\n`)
      return tell(0)
    }
    const options = await optionsOf(command, words)
    const request = await command.request(options)
    printProgress('starting the enclave')
    const kept = await keep(request)
    for (const signal of TERMINAL_SIGNALS) process.on(signal, () => {})
    process.on('SIGTERM', () => void kept.stop())
    command.report(kept)
    tell(0)
    telling.resolve()
    await kept.ended
  } catch (error) {
    await reportError(program, error, words.includes('--debug'), command.name)
    tell(error instanceof UsageError ? USAGE_STATUS : 1)
  }
}

void run(process.argv[2], process.argv.slice(3)).then(() => process.exit())

/** Resolves once the enclave runs and the command has been told. */
export const begun: Promise<void> = telling.promise
