/** `nitro-cli`. */
import { runToEnd } from './core/leave.ts'
import { main } from './core/main.ts'
import { NITRO } from './core/nitro-commands.ts'

runToEnd(() => main(NITRO, process.argv.slice(2)))
