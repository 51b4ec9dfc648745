/** The machine's owner, whom a software enclave cannot stop. */
import type { EnclaveView } from '../../app/enclaves.ts'
import { PROFILE } from '../../examples/usual.ts'
import { type OwnerTrial, owner as texts } from '../../i18n/attacks-owner.ts'
import { onlyFor } from '../../key/policy.ts'
import type { Lab } from '../../lessons/lab.ts'
import type { Attack, Outcome } from '../attack-kind.ts'

const SECRET = 'Only the enclave may know this'
/** In the program: it tells the length of the secret. Afterwards it tells the secret as well. */
const PATCH = {
  find: 'length: secret.length,',
  replacement: 'length: secret.length, stolen: new TextDecoder().decode(secret),',
}

/** A careful relying party: it verifies the enclave's document, and its KMS releases the secret to this PCR0 only. */
async function trust(lab: Lab, start: (lab: Lab) => Promise<EnclaveView>): Promise<void> {
  const view = await start(lab)
  const { verdict } = await lab.attest(view)
  if (!verdict.ok) return
  const facts = await lab.host.kms.facts(PROFILE)
  const policy = onlyFor(facts.principal, view.image.pcr0Of(PROFILE))
  const { keyId } = await lab.host.kms.createLabKey(PROFILE, 'attack', policy)
  const ciphertext = await lab.host.kms.encrypt(PROFILE, keyId, new TextEncoder().encode(SECRET))
  const seen = await lab.kmsCalls()
  const { identity, credentials } = facts
  await lab.call(view, 'open', { identity, credentials, ciphertext })
  await lab.watchKms(seen)
}

function outcome(lab: Lab, trial: OwnerTrial): Outcome | undefined {
  const opened = lab.last('answer', trial)?.result as { length?: unknown; stolen?: unknown } | undefined
  if (opened?.length === undefined) return undefined
  return opened.stolen === SECRET ? 'succeeded' : 'stopped'
}

export const owner: Attack<OwnerTrial> = {
  name: 'owner',
  texts,
  trials: [
    {
      name: 'control',
      role: 'comparison',
      run: (lab) => trust(lab, async () => lab.start(await lab.build('secret'))),
      outcome: (lab) => outcome(lab, 'control'),
    },
    {
      name: 'attack',
      role: 'attack',
      run: (lab) =>
        trust(lab, async () => {
          const image = await lab.build('secret')
          await lab.host.lab.tap(PATCH)
          try {
            return await lab.start(image)
          } finally {
            const patched = await lab.host.lab.endTap()
            lab.note('patched', patched)
            if (patched > 0) lab.note('line', PATCH.replacement)
          }
        }),
      outcome: (lab) => outcome(lab, 'attack'),
    },
  ],
}
