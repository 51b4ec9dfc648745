/** What the warnings of `qt kms lint` mean, for `qt explain`. */
import type { LintCode } from '../../kms/policy/lint.ts'

export const LINTS: Readonly<Record<LintCode, { readonly meaning: string; readonly advice: string }>> = {
  L_KMS_OUTSIDE: {
    meaning: 'A statement also releases plaintext to callers outside an enclave.',
    advice: 'Add a condition on the attestation, such as kms:RecipientAttestation:ImageSha384.',
  },
  L_KMS_ZERO_PCR: {
    meaning: 'A statement accepts a PCR of zeros, which every enclave in debug mode has.',
    advice: 'Require the PCR of your image, and keep such a policy to tests.',
  },
  L_KMS_UNGATED: {
    meaning: 'A condition on attestation also holds for a call without an attestation document.',
    advice: 'Use StringEqualsIgnoreCase, without IfExists, negation and ForAllValues.',
  },
  L_KMS_ANY_IMAGE: {
    meaning: 'A statement requires attestation, but neither an image (PCR0) nor a signer (PCR8).',
    advice: 'Add a condition on PCR0 or PCR8: otherwise every image gets the secret.',
  },
  L_KMS_PCR_VALUE: {
    meaning:
      'A condition compares a PCR with a value that it can never have, or with digits of one case only.',
    advice: 'Write all 96 hexadecimal digits, and compare with StringEqualsIgnoreCase.',
  },
  L_KMS_NO_ACTION: {
    meaning: 'A statement names an action that this KMS does not have.',
    advice: 'Correct its spelling, or remove it.',
  },
  L_KMS_NO_KEY: {
    meaning: 'A condition uses a key that no call of these actions has, so the statement never applies.',
    advice: 'Correct the name of the condition key, or move the condition to the actions that have it.',
  },
  L_KMS_NO_RESOURCE: {
    meaning: 'A statement names a resource that is not a key of this KMS, or not the key of the policy.',
    advice: 'Use * in a key policy, or the ARN of a key of this KMS.',
  },
  L_KMS_NOT_PRINCIPAL: {
    meaning: 'NotPrincipal names a principal without its account, so that principal is denied too.',
    advice: 'Name the account’s root as well, or use a condition on the principal.',
  },
  L_KMS_ANYBODY: {
    meaning: 'A statement allows everybody, without any condition.',
    advice: 'Name principals, or add a condition.',
  },
  L_KMS_REFUSED: {
    meaning: 'This release would reject a policy that an earlier one stored: it denies everything.',
    advice: 'Replace it with qt kms put-policy.',
  },
}
