/** The script of the compiler's Worker. */
import { expose } from 'comlink'
import { carryErrors } from '../host/errors.ts'
import { CompilerHost } from './compiler-host.ts'

carryErrors()
expose(new CompilerHost())
