/**
 * The relying party: gets a document with a nonce of this page from an enclave, and verifies it. It trusts the
 * image's PCR0 and the pinned root, and nothing that the enclave says about itself.
 */
import { verifyAttestation } from '../src/attestation/index.ts'
import type { Verdict } from '../src/attestation/verify/verdict.ts'
import { concatBytes, toHex } from '../src/base/bytes.ts'
import { EnclaveError } from '../src/base/error.ts'
import { Connection, type Host } from './host/connection.ts'
import type { ParentFacts } from './host/parent-host.ts'

const NONCE_LENGTH = 32
/** Larger than any document; an enclave that sends more does not answer the request. */
const MAX_DOCUMENT = 65536

/** The result. */
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

/** Sends one request over a new connection; the answer ends with the connection. */
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
          what: 'the enclave’s answer is too long for an attestation document',
          expected: `at most ${MAX_DOCUMENT} bytes`,
        })
      }
      parts.push(bytes)
    }
    return concatBytes(...parts)
  } finally {
    await connection.close()
  }
}
