#!/usr/bin/env node
/** `qt`. */
import { main } from './main.ts'
import { QT } from './qt-face.ts'

process.exit(await main(QT, process.argv.slice(2)))
