/** A verdict as a list of checks; failures are named in the heading, and never shown only by colour. */
import { documentToJson } from '../../src/attestation/index.ts'
import type { Check } from '../../src/attestation/verify/verdict.ts'
import { toHex } from '../../src/base/bytes.ts'
import type { Attestation } from '../attest.ts'
import { element, fact, hex } from './dom.ts'

const HEX = /^(?:PCR\d+ )?[0-9a-f]{64,}$/

/** Shows the result of an attestation in `place`. */
export function showVerdict(place: HTMLElement, { nonce, document: bytes, verdict }: Attestation): void {
  const { ok, checks, document } = verdict
  const failed = checks.filter((check) => !check.ok)
  const names = failed.map(({ name }) => name).join(', ')
  const summary = ok
    ? `✓ Verified: all ${checks.length} checks passed`
    : `✗ Rejected by ${names}: ${failed.length} of ${checks.length} checks failed`
  const title = element('p', 'summary', summary)
  title.dataset['ok'] = String(ok)
  place.replaceChildren(
    title,
    element('ol', 'checks', ...checks.map(showCheck)),
    element(
      'details',
      '',
      element('summary', '', `The document, ${bytes.byteLength.toLocaleString('en')} bytes`),
      element('dl', 'facts', fact('Nonce', hex(nonce)), fact('COSE_Sign1', hex(toHex(bytes)))),
      element('pre', '', document ? JSON.stringify(documentToJson(document), undefined, 2) : 'unreadable'),
    ),
  )
}

function showCheck({ number, name, ok, reason, expected, found }: Check): HTMLElement {
  const item = element(
    'li',
    ok ? 'holds' : 'fails',
    element('b', '', `${ok ? '✓ passed' : '✗ failed'} · ${name}`),
    element('span', 'reason', reason),
  )
  item.value = number
  item.dataset['check'] = name
  if (!ok && (expected || found)) {
    const values = [
      ...(expected ? [fact('Expected', value(expected))] : []),
      ...(found ? [fact('Found', value(found))] : []),
    ]
    item.append(element('dl', 'facts', ...values))
  }
  return item
}

const value = (text: string): Node | string => (HEX.test(text) ? hex(text) : text)
