/** X-Wing for callers who ask for it, who alone need its package. */
import { XWing } from '@hpke/hybridkem-x-wing'

export const createXWing = (): unknown => new XWing()
