/** The root certificates of an image: the file that `roots` of the manifest names, and what is in it. */
import { toHex } from '../../base/bytes.ts'
import { EnclaveError } from '../../base/error.ts'
import { fromPem } from '../../encoding/pem.ts'
import { readValidity } from '../../encoding/x509/certificate.ts'
import type { Manifest } from '../eif/manifest.ts'

/** Where `qt enclave make-img --roots` puts them. */
export const ROOTS_FILE = 'roots.pem'

/** What a file of root certificates contains. */
export interface RootsSummary {
  /** Different certificates. */
  readonly count: number
  /** When the newest of them became valid, in milliseconds since 1970: the file is at least so new. */
  readonly newest: number
  /** How many are valid no longer. */
  readonly expired: number
}

/** @throws {EnclaveError} E_CERTIFICATE_PEM for a text without a certificate; E_CERTIFICATE_... for one that cannot be read. */
export function describeRoots(pem: string, at: number = Date.now()): RootsSummary {
  const certificates = new Map(fromPem(pem).map((der) => [toHex(der), readValidity(der)]))
  const validities = [...certificates.values()]
  return {
    count: validities.length,
    newest: Math.max(...validities.map(({ notBefore }) => notBefore)),
    expired: validities.filter(({ notAfter }) => notAfter < at).length,
  }
}

/** @throws {EnclaveError} E_IMAGE_CONTENT if the manifest names a file that the image does not have, or one without certificates. */
export function assertRoots({ roots }: Manifest, files: ReadonlyMap<string, Uint8Array>): void {
  if (roots === undefined) return
  const file = files.get(roots)
  if (!file) {
    throw new EnclaveError('E_IMAGE_CONTENT', {
      what: 'the manifest: "roots" names a file that the image does not have',
      expected: [...files.keys()].slice(0, 20).join(', ') || 'one of its files, of which there are none',
      got: JSON.stringify(roots),
    })
  }
  try {
    describeRoots(new TextDecoder().decode(file))
  } catch (cause) {
    throw new EnclaveError('E_IMAGE_CONTENT', {
      what: `the file ${JSON.stringify(roots)} has no valid root certificates`,
      expected: 'certificates in PEM',
      got: (cause as Error).message,
      cause,
    })
  }
}
