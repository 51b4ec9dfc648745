/** `qt`. */
import { main } from './core/main.ts'
import { QT } from './core/qt-commands.ts'

void main(QT, process.argv.slice(2)).then((status) => process.exit(status))
