/** `qt`. */
import { runToEnd } from './core/leave.ts'
import { main } from './core/main.ts'
import { QT } from './core/qt-commands.ts'

runToEnd(() => main(QT, process.argv.slice(2)))
