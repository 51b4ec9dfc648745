/** What the page must show as the reason why an attack failed, by attack: an element, and a text in it. */
export const REASONS: Readonly<Record<string, readonly [selector: string, text: string]>> = {
  memory: ['[data-code="E_CONSOLE_MODE"]', ''],
  tamper: ['[data-check="PCR policy"].fails', ''],
  replay: ['[data-check="nonce"].fails', ''],
  kms: ['[data-code="E_KMS_IDENTITY"]', ''],
  key: ['[data-check="signature"].fails', ''],
  flood: ['[data-event="answer"]', 'too-many-sockets'],
  starve: ['[data-event="answer"]', 'out of memory'],
}
