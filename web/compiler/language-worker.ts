/** The script of the language service's Worker. */
import { expose } from 'comlink'
import { carryErrors } from '../host/errors.ts'
import { LanguageHost } from './language-host.ts'

carryErrors()
expose(new LanguageHost())
