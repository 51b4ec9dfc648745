#!/usr/bin/env node
/** `qt`. */
import { main } from './main.ts'
import { QT } from './qt-face.ts'

process.exitCode = await main(QT, process.argv.slice(2))
