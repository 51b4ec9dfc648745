/** What an attestation document carries at an enclave's wish: asked for by a guest, signed by its hypervisor. */

/**
 * Each is in the document where it is given. At most 512 bytes of user data and of a nonce and 1,024 of a public key
 * (QingTian), or 1,024 of each (Nitro).
 */
export interface AttestedFields {
  readonly userData?: Uint8Array | undefined
  /** What whoever asked for the document gave, so that it is none of an earlier day. */
  readonly nonce?: Uint8Array | undefined
  /** A key that the enclave holds the other half of: SubjectPublicKeyInfo, DER. */
  readonly publicKey?: Uint8Array | undefined
}
