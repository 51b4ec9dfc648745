/** A guest that acts before it runs, in its component's start section, is not heard: by nobody, and of nothing it asks. */
import { expect } from 'vitest'
import { fromText } from '../support/components.ts'
import { attack, hostileText } from './arena.ts'

/** Where the guest's start section has done all that it does. */
const THEN = '(;then;)'

attack('acting before the launch', async (arena) => {
  const known: number[] = []
  using _ = arena.parent.listen(8000, () => void known.push(arena.parent.query().length))
  const text = hostileText('early.wat')
  const failing = await fromText(text.replace(THEN, '(unreachable)'))
  expect(await arena.outcomeOf(failing)).toMatchObject({ refused: 'E_ENCLAVE_BOOT' })
  expect(known).toEqual([])
  // The control: one that goes on was refused with a code, and the same calls are served once it runs.
  expect(await arena.outcomeOf(await fromText(text))).toEqual({ ended: { kind: 'exited', status: 0 } })
  expect(known).toEqual([1])
})
