/** All lessons in their order: the number of a lesson is its place, from 1. */
import { debug } from './all/debug.ts'
import { door } from './all/door.ts'
import { enclave } from './all/enclave.ts'
import { measure } from './all/measure.ts'
import { prove } from './all/prove.ts'
import { registers } from './all/registers.ts'
import { secret } from './all/secret.ts'
import type { Lesson } from './lesson-kind.ts'

export const LESSONS: readonly Lesson[] = [enclave, measure, door, prove, secret, registers, debug]
