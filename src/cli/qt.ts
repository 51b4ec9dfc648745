/** `qt`. */
import { main } from './main.ts'
import { QT } from './qt-face.ts'

void main(QT, process.argv.slice(2)).then((status) => process.exit(status))
