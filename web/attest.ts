/**
 * The relying party: asks an enclave for a document with a nonce of this page's own, and judges it. It trusts the
 * image's PCR0 and the pinned root, and nothing that the enclave says of itself.
 */
import { verifyAttestation } from '../src/attestation/index.ts'
import type { Verdict } from '../src/attestation/verify/verdict.ts'
import { concatBytes, toHex } from '../src/base/bytes.ts'
import { EnclaveError } from '../src/base/error.ts'
import { Connection, type Host } from './host/connection.ts'
import type { ParentFacts } from './host/parent-host.ts'

const NONCE_LENGTH = 32
/** More than any document can be; an enclave that sends more is not answering the question. */
const MAX_DOCUMENT = 65536

/** What came of it. */
export interface Attestation {
  /** Hexadecimal. */
  readonly nonce: string
  readonly document: Uint8Array<ArrayBuffer>
  readonly verdict: Verdict
}

/** Asks the echo application on `port` (`attest NONCE`), and verifies against the reference value `pcr0`. */
export async function attest(
  host: Host,
  { rootCertificate, profile }: ParentFacts,
  enclave: number,
  port: number,
  pcr0: string,
): Promise<Attestation> {
  const nonce = toHex(crypto.getRandomValues(new Uint8Array(NONCE_LENGTH)))
  const document = await ask(host, enclave, port, `attest ${nonce}\n`)
  const verdict = await verifyAttestation(document, {
    profile,
    roots: rootCertificate,
    nonce,
    pcrs: { 0: pcr0 },
  })
  return { nonce, document, verdict }
}

/** One question over a connection of its own, whose end is the answer's end. */
async function ask(
  host: Host,
  enclave: number,
  port: number,
  line: string,
): Promise<Uint8Array<ArrayBuffer>> {
  const connection = await Connection.open(host, enclave, port)
  try {
    await connection.write(line)
    await connection.finish()
    const parts: Uint8Array[] = []
    let size = 0
    for await (const bytes of connection.chunks()) {
      size += bytes.byteLength
      if (size > MAX_DOCUMENT) {
        throw new EnclaveError('E_VERIFY_DOCUMENT', {
          what: 'the enclave’s answer is too long to be a document',
          expected: `${MAX_DOCUMENT} bytes or fewer`,
        })
      }
      parts.push(bytes)
    }
    return concatBytes(...parts)
  } finally {
    await connection.close()
  }
}
