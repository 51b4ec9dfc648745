/** What the view of the KMS shows. */
import { type Signal, signal } from '@preact/signals'
import type { Warning } from '../../src/kms/index.ts'
import { type EnclaveView, startEnclave } from '../app/enclaves.ts'
import { imageOf } from '../examples/load.ts'
import { PORT, PROFILE, SHARE } from '../examples/usual.ts'
import type { KeyView, KmsCall, KmsFacts } from '../host/kms-host.ts'
import { openHost } from '../host/open.ts'
import { tamperedCopy } from '../image/image.ts'
import { policyFor, withPcr0 } from './policy.ts'

export const facts: Signal<KmsFacts | undefined> = signal(undefined)
export const keys: Signal<readonly KeyView[]> = signal([])
export const chosen: Signal<KeyView | undefined> = signal(undefined)
/** The policy as it is being written. */
export const draft: Signal<string> = signal('')
/** What the linter says of the draft, or why it is not a policy. */
export const warnings: Signal<readonly Warning[]> = signal([])
export const draftError: Signal<unknown> = signal(undefined)
export const ciphertext: Signal<Uint8Array<ArrayBuffer> | undefined> = signal(undefined)
export const calls: Signal<readonly KmsCall[]> = signal([])

/** Loads what there is; creates nothing. */
export async function openKms(): Promise<void> {
  const { kms } = openHost()
  facts.value = await kms.facts(PROFILE)
  keys.value = await kms.keys(PROFILE)
  if (!chosen.value && keys.value[0]) choose(keys.value[0])
  await refreshCalls()
}

/** Counts the changes of the draft: the linter's answer to an older one does not count. */
let newest = 0

export function choose(key: KeyView): void {
  newest += 1
  chosen.value = key
  draft.value = key.policy
  warnings.value = key.warnings
  draftError.value = undefined
  ciphertext.value = undefined
}

export async function createKey(description: string): Promise<void> {
  const { kms } = openHost()
  const key = await kms.createKey(PROFILE, description, policyFor(facts.value!.principal))
  keys.value = [...keys.value, key]
  choose(key)
}

/** Takes the text of the policy, and asks the linter. */
export async function edit(policy: string): Promise<void> {
  draft.value = policy
  newest += 1
  const mine = newest
  try {
    const found = await openHost().kms.lint(policy)
    if (mine !== newest) return
    warnings.value = found
    draftError.value = undefined
  } catch (error) {
    if (mine === newest) draftError.value = error
  }
}

/** Saves the draft. @throws {HostError} E_KMS_POLICY */
export async function savePolicy(): Promise<void> {
  const saved = await openHost().kms.setPolicy(PROFILE, chosen.value!.keyId, draft.value)
  newest += 1
  keys.value = keys.value.map((key) => (key.keyId === saved.keyId ? saved : key))
  chosen.value = saved
  warnings.value = saved.warnings
  draftError.value = undefined
}

/** Writes the PCR0 of an enclave's image into the policy. */
export async function allow(view: EnclaveView): Promise<void> {
  const pcr0 = view.image.pcr0Of(view.profile)
  draft.value = withPcr0(draft.value, facts.value!.principal, pcr0)
  await savePolicy()
}

export async function encrypt(secret: string): Promise<void> {
  ciphertext.value = await openHost().kms.encrypt(
    PROFILE,
    chosen.value!.keyId,
    new TextEncoder().encode(secret),
  )
}

/** Starts the example that opens secrets, or a copy with one byte changed. */
export async function startSecret(isTampered: boolean): Promise<EnclaveView> {
  const image = await imageOf('secret')
  const copy = isTampered ? await tamperedCopy(image) : undefined
  return startEnclave({ image, copy, ...SHARE, debug: false })
}

/** What an enclave says of the secret that it has opened. */
export interface OpenedInside {
  readonly length: number
  readonly sha256: string
}

/** Lets an enclave open the ciphertext. @throws {HostError} E_KMS_REFUSED if the KMS does not release it */
export async function openInside(view: EnclaveView): Promise<OpenedInside> {
  const { identity, credentials } = facts.value!
  try {
    const request = { identity, credentials, ciphertext: ciphertext.value }
    return (await openHost().enclaves.call(view.number, PORT, 'open', request)) as OpenedInside
  } finally {
    await refreshCalls()
  }
}

/** Tries to open it here. */
export async function openOutside(): Promise<string | undefined> {
  const opened = await openHost().kms.decryptOutside(PROFILE, ciphertext.value!)
  await refreshCalls()
  return opened && new TextDecoder().decode(opened)
}

async function refreshCalls(): Promise<void> {
  const seen = (calls.value.at(-1)?.number ?? -1) + 1
  calls.value = [...calls.value, ...(await openHost().kms.calls(seen))].slice(-100)
}
