/** The optional fields of an attestation document: the guest chooses them, its hypervisor signs them. */

/**
 * A field that is not given is null (Nitro) or empty (QingTian) in the document. Maximum lengths: 512 bytes of user
 * data, 512 of nonce and 1,024 of public key (QingTian), or 1,024 bytes each (Nitro).
 */
export interface AttestedFields {
  readonly userData?: Uint8Array | undefined
  /** The bytes that the verifier chose for this request: they prove that the document is fresh, not replayed. */
  readonly nonce?: Uint8Array | undefined
  /** A public key whose private key the enclave holds: SubjectPublicKeyInfo, DER. */
  readonly publicKey?: Uint8Array | undefined
}
