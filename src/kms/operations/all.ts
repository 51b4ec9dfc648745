/**
 * The list of all operations, by AWS's names with a lower-case first letter. Their types define input and output;
 * `http/aws/differences.ts` lists what AWS does not have.
 */
export {
  createAlias,
  deleteAlias,
  listAliases,
  replaceAliases,
  updateAlias,
  updateKeyDescription,
} from './aliases.ts'
export {
  generateDataKey,
  generateDataKeyPair,
  generateDataKeyPairWithoutPlaintext,
  generateDataKeyWithoutPlaintext,
  generateRandom,
} from './data-keys.ts'
export { decrypt, encrypt, reEncrypt } from './encryption.ts'
export { listGrants, listRetirableGrants } from './grant-lists.ts'
export { createGrant, retireGrant, revokeGrant } from './grants.ts'
export { createKey, describeKey, listKeys } from './keys.ts'
export { cancelKeyDeletion, disableKey, enableKey, scheduleKeyDeletion } from './lifecycle.ts'
export { generateMac, verifyMac } from './macs.ts'
export { getKeyPolicy, listKeyPolicies, putKeyPolicy } from './policies.ts'
export {
  disableKeyRotation,
  enableKeyRotation,
  getKeyRotationStatus,
  listKeyRotations,
  rotateKeyOnDemand,
} from './rotation.ts'
export { deriveSharedSecret, getPublicKey, sign, verify } from './signing.ts'
export { listResourceTags, tagResource, untagResource } from './tags.ts'
