/** Error codes of the KMS. */
import type { ErrorCode } from '../../base/error-code.ts'
import type { ErrorTable } from './entry.ts'

type Codes = Extract<ErrorCode, `E_KMS_${string}`>

export const KMS_ERRORS: ErrorTable<Codes> = {
  E_KMS_ALIAS: {
    meaning: 'The name of an alias is invalid.',
    advice: 'Begin the name with alias/, and use only letters, digits, /, _ and -.',
  },
  E_KMS_ANSWER: {
    meaning: 'The enclave cannot parse the answer of the KMS.',
    advice: 'Check that a KMS listens on the port, and that the dialect (aws or huawei) is right.',
  },
  E_KMS_CIPHERTEXT: {
    meaning:
      'A ciphertext cannot be decrypted: it was changed, or was encrypted with another key or encryption context.',
    advice: 'Pass the ciphertext as you received it, with the encryption context that it was encrypted with.',
  },
  E_KMS_CONFIG: {
    meaning: 'An option of createKms, or a setting in kms.json, is invalid.',
    advice: 'Correct the setting that the message names.',
  },
  E_KMS_CONNECTION: {
    meaning: 'No KMS answers on the vsock port of the parent instance.',
    advice: 'Start one there: serveKms in a program, or qt kms serve with a proxy.',
  },
  E_KMS_CONTENT_TYPE: {
    meaning: "The Content-Type of a request is not the one that the cloud's API uses.",
    advice: 'Send application/x-amz-json-1.1 to the AWS endpoint, application/json to the Huawei endpoint.',
  },
  E_KMS_CREDENTIALS: {
    meaning: 'A request is not signed, or its signature is invalid.',
    advice: 'Check the access key, the secret key, the region and the clock.',
  },
  E_KMS_DENIED: {
    meaning: 'No policy statement allows the call, or one denies it.',
    advice: 'Read the statements in the message, or error.decision of the KmsDenial.',
  },
  E_KMS_DISABLED: {
    meaning: 'The key is disabled.',
    advice: 'Enable the key.',
  },
  E_KMS_DOCUMENT: {
    meaning: 'The attestation document of a call failed verification.',
    advice: 'The message names the check that failed; qt attestation verify shows all checks.',
  },
  E_KMS_DRY_RUN: {
    meaning: 'The call would have succeeded, but DryRun was set.',
    advice: 'Call without DryRun.',
  },
  E_KMS_EXISTS: {
    meaning: 'An alias with this name already exists.',
    advice: 'Choose another name, or update the alias.',
  },
  E_KMS_IDENTITY: {
    meaning: 'An answer is not signed with the KMS identity that the enclave pinned.',
    advice:
      'Pin the identity that qt kms identity prints. If it is pinned already, the parent may have changed the answer.',
  },
  E_KMS_GRANT_TOKEN: {
    meaning: 'The grant token is not that of a grant, or its grant has ended.',
    advice: 'Leave grant tokens out: grants count at once here.',
  },
  E_KMS_INTERNAL: {
    meaning: 'The KMS failed; the call is not at fault.',
    advice: 'Look at the log of the KMS.',
  },
  E_KMS_LIMIT: {
    meaning: 'A limit is reached: the tags or the versions of a key, or the nonces used in a short time.',
    advice: 'The message names the limit. Remove tags, use a new key, or try again later.',
  },
  E_KMS_MASTER_DATABASE: {
    meaning: 'The browser has no IndexedDB in which to store the master key.',
    advice: 'Allow storage for this origin, or pass your own master key.',
  },
  E_KMS_MASTER_FILE: {
    meaning: 'The file with the master key cannot be used.',
    advice: 'Restore the file from a backup: keys that were sealed under it cannot be recovered without it.',
  },
  E_KMS_MASTER_MODE: {
    meaning: 'Other users can read the file with the master key.',
    advice: 'Others may know the master key: create new keys under a new master key.',
  },
  E_KMS_MASTER_OWNER: {
    meaning: 'The file with the master key belongs to another user.',
    advice: 'Set XDG_STATE_HOME to a directory that you own.',
  },
  E_KMS_MASTER_TEXT: {
    meaning: 'The stored master key is malformed.',
    advice: 'Restore the file from a backup: keys that were sealed under it cannot be recovered without it.',
  },
  E_KMS_MAC: {
    meaning: 'The MAC is not valid for this key and message.',
    advice: 'Check the message, the key and the algorithm.',
  },
  E_KMS_NOT_FOUND: {
    meaning: 'The key or alias does not exist.',
    advice: 'Check the key ID, ARN or alias, and the region.',
  },
  E_KMS_OPERATION: {
    meaning: 'The KMS does not know the operation.',
    advice: 'Check the name of the operation, and whether you call the API of AWS or of Huawei.',
  },
  E_KMS_OPTIONS: {
    meaning: 'An option of the KMS client in an enclave is invalid.',
    advice: 'Correct the option that the message names.',
  },
  E_KMS_ORIGIN: {
    meaning: 'A web page of another origin sent the request.',
    advice: 'Call the KMS from a program, or serve the page from the same origin.',
  },
  E_KMS_POLICY: {
    meaning: 'A policy is malformed, or has a statement that could never match.',
    advice: 'Correct the place that the message names; qt kms lint checks policies.',
  },
  E_KMS_REFUSED: {
    meaning: 'The KMS rejected a call of the enclave.',
    advice: "The message contains the KMS's own error code and message.",
  },
  E_KMS_REQUEST: {
    meaning: 'A request to the KMS is malformed.',
    advice: "Send the request as the cloud's SDK would.",
  },
  E_KMS_SEALED: {
    meaning: 'A stored record of the KMS was changed, or was sealed under another master key.',
    advice: 'Restore the store together with its master key.',
  },
  E_KMS_SIGNATURE: {
    meaning: 'The signature is not valid for this key and message.',
    advice: 'Check the message, the message type and the algorithm.',
  },
  E_KMS_STATE: {
    meaning: 'The operation is not possible in the state of the key: it is (or is not) pending deletion.',
    advice: 'Cancel the key deletion first, or schedule it.',
  },
  E_KMS_STORE: {
    meaning: 'The store of the KMS cannot be read or written.',
    advice:
      'Check free disk space and the permissions of the file, or the storage of the browser. For PostgreSQL the message says what to do; if it says that it is unknown whether a write was made, look before you try again.',
  },
  E_KMS_TAG: {
    meaning: 'A tag is invalid.',
    advice: 'Use each tag key once, and no tag key that begins with aws:.',
  },
  E_KMS_TYPE: {
    meaning: 'A parameter has the wrong type.',
    advice: 'Pass the type that the message names.',
  },
  E_KMS_UNSUPPORTED: {
    meaning: "The cloud's KMS supports this parameter or operation, but webclave does not.",
    advice: 'Do not use it.',
  },
  E_KMS_USAGE: {
    meaning: 'The key has another key usage: encryption, signing, a MAC or key agreement.',
    advice: 'Use a key with the right key usage.',
  },
  E_KMS_VALIDATION: {
    meaning: 'A parameter is missing, too long, or not one of the allowed values.',
    advice: 'Correct the parameter that the message names.',
  },
  E_KMS_WRONG_KEY: {
    meaning: 'The ciphertext was encrypted with a key other than the one named.',
    advice: 'Name the right key, or omit the key ID.',
  },
}
