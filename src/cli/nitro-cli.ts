/** `nitro-cli`. */
import { main } from './core/main.ts'
import { NITRO } from './core/nitro-commands.ts'

void main(NITRO, process.argv.slice(2)).then((status) => process.exit(status))
