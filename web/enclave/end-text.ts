/** Why an enclave has ended, in the language of the page; messages are the hypervisor's, or the program's own. */
import type { EndReason } from '../../src/hypervisor/end-reason.ts'
import type { EnclaveView } from '../app/enclaves.ts'
import { enclave as texts } from '../i18n/enclave.ts'
import { text } from '../i18n/language.ts'

/** On one line; empty while it runs. */
export function endText({ end }: Pick<EnclaveView, 'end'>): string {
  return end.value ? textOf(end.value) : ''
}

function textOf(reason: EndReason): string {
  const { exited, ends, because } = text(texts)
  return reason.kind === 'exited' ? exited(reason.status) : because(ends[reason.kind], reason.message)
}
