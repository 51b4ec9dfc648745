/** `node:tty`: an enclave has no terminal. */
import absent from './absent.js'

export default Object.assign(absent('node:tty'), { isatty: () => false })
