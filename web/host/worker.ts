/** The script of the parent instance's Worker. The page trusts it; comlink is used only between these two. */
import { expose } from 'comlink'
import { carryErrors } from './errors.ts'
import { ParentHost } from './parent-host.ts'

carryErrors()
expose(new ParentHost())
