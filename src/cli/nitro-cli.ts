#!/usr/bin/env node
/** `nitro-cli`. */
import { main } from './main.ts'
import { NITRO } from './nitro-face.ts'

process.exit(await main(NITRO, process.argv.slice(2)))
