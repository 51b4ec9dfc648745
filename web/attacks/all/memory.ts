/** Reading the enclave's memory. */
import { toHex } from '../../../src/base/bytes.ts'
import { type MemoryTrial, memory as texts } from '../../i18n/attacks-memory.ts'
import type { Attack } from '../attack-kind.ts'
import { readPlainMemory } from '../plain.ts'

export const memory: Attack<MemoryTrial> = {
  name: 'memory',
  texts,
  trials: [
    {
      name: 'attack',
      role: 'attack',
      async run(lab) {
        const image = await lab.build('keeper')
        await lab.host.lab.tap()
        const view = await lab.start(image).finally(() => lab.host.lab.endTap())
        await lab.attempt('console', () => lab.host.enclaves.console(view.number))
        const digest = await lab.call(view, 'fingerprint')
        await lab.host.lab.keep(view.number)
        // Only now the secret becomes known, so that one knows what to search for.
        const secret = await lab.call(view, 'reveal')
        if (!(secret instanceof Uint8Array)) return
        const found = toHex(new Uint8Array(await crypto.subtle.digest('SHA-256', secret.slice())))
        if (found !== digest) return
        const before = await lab.host.lab.searchKept(secret)
        const after = await lab.host.lab.searchNow(view.number, secret)
        lab.note('searched', before.searched)
        lab.note('foundBefore', before.found)
        lab.note('foundAfter', after.found)
      },
      outcome(lab) {
        const before = lab.noted('attack', 'foundBefore')
        const after = lab.noted('attack', 'foundAfter')
        if (before === undefined) return undefined
        if (before !== 0) return 'succeeded'
        // A search that never finds anything would prove nothing.
        return after === 0 ? undefined : 'stopped'
      },
    },
    {
      name: 'control',
      role: 'control',
      async run(lab) {
        const { read, isSecret } = await readPlainMemory()
        lab.note(isSecret ? 'stolen' : 'read', read)
      },
      outcome(lab) {
        const [fact] = lab.of('fact', 'control')
        return fact && (fact.name === 'stolen' ? 'succeeded' : 'stopped')
      },
    },
  ],
}
