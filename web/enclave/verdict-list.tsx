/** A verdict as a list of checks; failures are named in the heading, and never shown only by colour. */
import type { JSX } from 'preact'
import { documentToJson } from '../../src/attestation/index.ts'
import { toHex } from '../../src/base/bytes.ts'
import { enclave as texts } from '../i18n/enclave.ts'
import { number, text } from '../i18n/language.ts'
import { Facts } from '../parts/facts.tsx'
import { Hex } from '../parts/hex.tsx'
import { ScrollText } from '../parts/scroll.tsx'
import type { Attestation } from './attest.ts'
import { CheckList } from './check-list.tsx'
import { VerdictSummary } from './verdict-summary.tsx'

export function VerdictList({ attestation }: { attestation: Attestation }): JSX.Element {
  const words = text(texts)
  const { nonce, document: bytes, verdict } = attestation
  const { ok, checks, document } = verdict
  return (
    <>
      <VerdictSummary verdict={verdict} />
      <details open={!ok}>
        <summary>{words.checks(checks.length)}</summary>
        <CheckList checks={checks} />
      </details>
      <details class="document">
        <summary>{words.document(number(bytes.byteLength))}</summary>
        <Facts
          rows={[
            [words.nonce, <Hex key="nonce" digits={nonce} />],
            ['COSE_Sign1', <Hex key="document" digits={toHex(bytes)} />],
          ]}
        />
        <ScrollText>
          {document ? JSON.stringify(documentToJson(document), undefined, 2) : words.unreadable}
        </ScrollText>
      </details>
    </>
  )
}
