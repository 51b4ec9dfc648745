/**
 * The root of the test parents of `webclave/testing`. Its private key is in the package, so that documents under it prove
 * nothing; verifiers refuse it unless they are told otherwise.
 */
import type { Bytes } from '../base/bytes.ts'
import { commonName } from '../encoding/x509/name.ts'

/** The common name of its subject. */
export const TEST_ROOT_NAME = 'webclave TEST root, private key is public'

/** The SHA-256 of its certificate, which never changes. */
export const TEST_ROOT_SHA256 = 'dfcad3ba540464dbff93ea453ce1fead8a7ffa5ea33d661e6c643b2a2282d83c'

/** Whether a certificate with this subject is a test root. */
export function isTestRoot({ subject }: { readonly subject: Bytes }): boolean {
  return commonName(subject) === TEST_ROOT_NAME
}
