/** All attacks, in the order of the list. */
import { flood } from './all/flood.ts'
import { key } from './all/key.ts'
import { kms } from './all/kms.ts'
import { memory } from './all/memory.ts'
import { owner } from './all/owner.ts'
import { replay } from './all/replay.ts'
import { starve } from './all/starve.ts'
import { tamper } from './all/tamper.ts'
import type { Attack } from './attack-kind.ts'

export const ATTACKS: readonly Attack[] = [memory, tamper, replay, kms, key, flood, starve, owner]
