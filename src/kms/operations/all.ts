/**
 * Every operation, by AWS's name with a small first letter: the one list of them. What each takes and gives is its type;
 * `http/aws/differences.ts` says which are more than AWS's.
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
export { createKey, describeKey, listKeys } from './keys.ts'
export { cancelKeyDeletion, disableKey, enableKey, scheduleKeyDeletion } from './lifecycle.ts'
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
