/** A guest that acts in its component's start section, before it runs, reaches nobody, and its calls fail. */
import { expect } from 'vitest'
import { fromText } from '../support/components.ts'
import { attack, hostileText } from './arena.ts'

/** A comment at the end of the guest's start section. */
const END_OF_START = '(;then;)'

attack('acting before the launch', async (arena) => {
  const enclavesAtConnection: number[] = []
  using _ = arena.parent.listen(8000, () => void enclavesAtConnection.push(arena.parent.query().length))
  const text = hostileText('early.wat')
  const failing = await fromText(text.replace(END_OF_START, '(unreachable)'))
  expect(await arena.outcomeOf(failing)).toMatchObject({ refused: 'E_ENCLAVE_BOOT' })
  expect(enclavesAtConnection).toEqual([])
  // The control: if the guest continues, its early calls fail with a code, and the same calls succeed once it runs.
  expect(await arena.outcomeOf(await fromText(text))).toEqual({ ended: { kind: 'exited', status: 0 } })
  expect(enclavesAtConnection).toEqual([1])
})
