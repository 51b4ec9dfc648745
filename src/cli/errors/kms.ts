/** What the error codes mean: the KMS. */
import type { ErrorCode } from '../../base/error-code.ts'
import type { ErrorTable } from './entry.ts'

type Codes = Extract<ErrorCode, `E_KMS_${string}`>

export const KMS_ERRORS: ErrorTable<Codes> = {
  E_KMS_ALIAS: {
    meaning: 'An alias has a name that no alias can have.',
    advice: 'Begin it with alias/, and use letters, digits, /, _ and -.',
  },
  E_KMS_ANSWER: {
    meaning: 'A KMS gave an answer that an enclave cannot read.',
    advice: 'Check that the port leads to a KMS, and that the dialect is that of its cloud.',
  },
  E_KMS_CIPHERTEXT: {
    meaning:
      'A ciphertext does not open: it was changed, or was made with another key or encryption context.',
    advice: 'Give the ciphertext as it was received, and the encryption context that it was made with.',
  },
  E_KMS_CONFIG: {
    meaning: 'The KMS, or its kms.json, is configured in a way that cannot work.',
    advice: 'Correct the setting that the message names.',
  },
  E_KMS_CONNECTION: {
    meaning: 'No KMS answers at the port of the parent instance.',
    advice: 'Serve one there: serveKms in a program, or qt kms serve with a proxy.',
  },
  E_KMS_CONTENT_TYPE: {
    meaning: 'The body of a request is not of the type that its cloud uses.',
    advice: "Send application/x-amz-json-1.1 to AWS's address, application/json to Huawei's.",
  },
  E_KMS_CREDENTIALS: {
    meaning: 'A request is not signed, or its signature is not right.',
    advice: 'Check access key, secret key, region and the clock.',
  },
  E_KMS_DENIED: {
    meaning: 'No policy allows the call, or one denies it.',
    advice: 'Read the statements in the message, or in error.decision of KmsDenial.',
  },
  E_KMS_DISABLED: {
    meaning: 'The key is disabled.',
    advice: 'Enable the key.',
  },
  E_KMS_DOCUMENT: {
    meaning: 'The attestation document of a call does not verify.',
    advice: 'The message names the check that failed; qt attestation verify shows all.',
  },
  E_KMS_DRY_RUN: {
    meaning: 'The call would have succeeded; it was a trial.',
    advice: 'Call without DryRun.',
  },
  E_KMS_EXISTS: {
    meaning: 'There is an alias of that name already.',
    advice: 'Choose another name, or update the alias.',
  },
  E_KMS_IDENTITY: {
    meaning: 'An answer is not signed by the KMS that the enclave trusts.',
    advice: 'The parent may have changed it. Pin the identity that qt kms identity prints.',
  },
  E_KMS_INTERNAL: {
    meaning: 'The KMS failed; the call is not at fault.',
    advice: 'Look at the log of the KMS.',
  },
  E_KMS_LIMIT: {
    meaning: 'There is as much of something as there can be.',
    advice: 'Remove some; the message names what.',
  },
  E_KMS_MASTER_DATABASE: {
    meaning: 'This browser keeps no database in which the master key could be stored.',
    advice: 'Allow storage for this origin, or give a master key of your own.',
  },
  E_KMS_MASTER_FILE: {
    meaning: 'The file of the master key cannot be used.',
    advice: 'Restore the file: what was sealed under another key is lost without it.',
  },
  E_KMS_MASTER_MODE: {
    meaning: 'The file of the master key can be read by other users.',
    advice: 'Others may know the key: make new keys under a new master key.',
  },
  E_KMS_MASTER_OWNER: {
    meaning: 'The file of the master key belongs to another user.',
    advice: 'Set XDG_STATE_HOME to a directory of your own.',
  },
  E_KMS_MASTER_TEXT: {
    meaning: 'What is stored as the master key is not one.',
    advice: 'Restore the file: what was sealed under another key is lost without it.',
  },
  E_KMS_NOT_FOUND: {
    meaning: 'There is no such key or alias.',
    advice: 'Check id, ARN or alias, and the region.',
  },
  E_KMS_OPERATION: {
    meaning: 'The KMS has no such operation.',
    advice: 'See the list of operations in the documentation.',
  },
  E_KMS_OPTIONS: {
    meaning: 'An option of the KMS client in an enclave is not what it may be.',
    advice: 'Correct the option that the message names.',
  },
  E_KMS_ORIGIN: {
    meaning: 'A web page of another origin sent the request.',
    advice: 'Call the KMS from a program, or serve the page from the same origin.',
  },
  E_KMS_POLICY: {
    meaning: 'A policy cannot be used, or could never do what it is there for.',
    advice: 'Correct the place that the message names; qt kms lint checks a policy.',
  },
  E_KMS_REFUSED: {
    meaning: 'The KMS refused the call of an enclave.',
    advice: 'The message has the code and the words of the KMS.',
  },
  E_KMS_REQUEST: {
    meaning: 'A request to the KMS cannot be read.',
    advice: 'Send what the client of the cloud would send.',
  },
  E_KMS_SEALED: {
    meaning: 'What the KMS stored was changed, or was sealed under another master key.',
    advice: 'Restore the store and the master key that belong together.',
  },
  E_KMS_SIGNATURE: {
    meaning: 'A signature is not that of this key under this message.',
    advice: 'Check the message, its type and the algorithm.',
  },
  E_KMS_STATE: {
    meaning: 'The key waits for its deletion, or does not.',
    advice: 'Cancel the deletion first, or schedule it.',
  },
  E_KMS_STORE: {
    meaning: 'The store of the KMS cannot be read or written.',
    advice: 'Check the disk and the permissions of the file, or the storage of the browser.',
  },
  E_KMS_TAG: {
    meaning: 'A tag is not one that a key can have.',
    advice: 'Use each tag key once, and none that begins with aws:.',
  },
  E_KMS_TYPE: {
    meaning: 'A parameter is of the wrong type.',
    advice: 'Give the type that the message names.',
  },
  E_KMS_UNSUPPORTED: {
    meaning: 'A parameter or an operation is known to the cloud, and not done here.',
    advice: 'Do without it.',
  },
  E_KMS_USAGE: {
    meaning: 'The key is for something else: encryption, signing or a MAC.',
    advice: 'Use a key of the right usage.',
  },
  E_KMS_VALIDATION: {
    meaning: 'A parameter is missing, too long, or not one of the values that there are.',
    advice: 'Correct the parameter that the message names.',
  },
  E_KMS_WRONG_KEY: {
    meaning: 'The ciphertext was made with another key than the one named.',
    advice: 'Name the right key, or none.',
  },
}
