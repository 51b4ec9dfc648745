/** `nitro-cli`. */
import { main } from './main.ts'
import { NITRO } from './nitro-face.ts'

void main(NITRO, process.argv.slice(2)).then((status) => process.exit(status))
