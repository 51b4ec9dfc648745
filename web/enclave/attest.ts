/**
 * The relying party: gets a document with a nonce of this page from an enclave, and verifies it. It trusts the
 * image's PCR0 and the pinned root, and nothing that the enclave says about itself.
 */
import { verifyAttestation } from '../../src/attestation/index.ts'
import type { Verdict } from '../../src/attestation/verify/verdict.ts'
import { concatBytes, toHex } from '../../src/base/bytes.ts'
import { EnclaveError } from '../../src/base/error.ts'
import type { EnclaveView } from '../app/enclaves.ts'
import { Connection } from '../host/connection.ts'
import { openHost } from '../host/open.ts'

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

/** How a document is requested of an application: by the line `attest NONCE`, or by its function `prove({ nonce })`. */
export type AskForm = 'lines' | 'service'

/** Asks the application on `port`, and verifies against the PCR0 of the chosen image. */
export async function attest(view: EnclaveView, port: number, form: AskForm): Promise<Attestation> {
  const nonce = crypto.getRandomValues(new Uint8Array(NONCE_LENGTH))
  const document = await (form === 'lines' ? askByLine : askByCall)(view.number, port, nonce)
  const { rootCertificate } = await openHost().enclaves.parent(view.profile)
  const verdict = await verifyAttestation(document, {
    profile: view.profile,
    roots: rootCertificate,
    nonce,
    pcrs: { 0: view.image.pcr0Of(view.profile) },
  })
  return { nonce: toHex(nonce), document, verdict }
}

async function askByCall(
  enclave: number,
  port: number,
  nonce: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array<ArrayBuffer>> {
  const answer = await openHost().enclaves.call(enclave, port, 'prove', { nonce })
  const document = answer instanceof Uint8Array ? answer : (answer as { document?: unknown } | null)?.document
  if (document instanceof Uint8Array && document.byteLength <= MAX_DOCUMENT) return document.slice()
  throw notADocument()
}

/** Sends one request over a new connection; the answer ends with the connection. */
async function askByLine(
  enclave: number,
  port: number,
  nonce: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array<ArrayBuffer>> {
  const connection = await Connection.open(openHost(), enclave, port)
  try {
    await connection.write(new TextEncoder().encode(`attest ${toHex(nonce)}\n`))
    await connection.finish()
    const parts: Uint8Array[] = []
    let size = 0
    for await (const bytes of connection.chunks()) {
      size += bytes.byteLength
      if (size > MAX_DOCUMENT) throw notADocument()
      parts.push(bytes)
    }
    return concatBytes(...parts)
  } finally {
    await connection.close()
  }
}

function notADocument(): EnclaveError {
  return new EnclaveError('E_VERIFY_DOCUMENT', {
    what: 'the enclave’s answer is not an attestation document',
    expected: `at most ${MAX_DOCUMENT} bytes`,
  })
}
