/**
 * The members that bodies of Huawei's calls may have, by the last part of the path (DEW API reference; the request
 * models of huaweicloud-sdk-kms). Any other member (`pin`, `vm_id`, names of a later version) is rejected, because
 * ignoring it could change the meaning of the call. `encryption_context` and `recipient` belong to the calls that
 * QingTian enclaves use. `sequence`, which every call may have, is not listed, because it has no effect.
 */
const CONTEXT = ['additional_authenticated_data', 'encryption_context']
const KEY = ['key_id']
const DATA_KEY = [...KEY, 'key_spec', 'datakey_length', ...CONTEXT]
const PAIR = [...KEY, 'key_spec', 'with_plain_text', ...CONTEXT, 'recipient']
const SIGN = [...KEY, 'message', 'message_type', 'signing_algorithm']

/** The allowed members of each call; see the file comment. */
export const PARTS: Readonly<Record<string, readonly string[]>> = {
  'cancel-key-deletion': KEY,
  'create-datakey': [...DATA_KEY, 'recipient'],
  'create-datakey-without-plaintext': DATA_KEY,
  'create-ec-datakey-pair': PAIR,
  'create-key': [
    'key_alias',
    'key_spec',
    'key_usage',
    'key_description',
    'origin',
    'enterprise_project_id',
    'keystore_id',
  ],
  'create-rsa-datakey-pair': PAIR,
  'decrypt-data': [...KEY, 'cipher_text', 'encryption_algorithm', ...CONTEXT, 'recipient'],
  'decrypt-datakey': [...KEY, 'cipher_text', 'datakey_cipher_length', ...CONTEXT, 'recipient'],
  'derive-shared-secret': [...KEY, 'key_agreement_algorithm', 'public_key', 'recipient'],
  'describe-key': KEY,
  'disable-key': KEY,
  'disable-key-rotation': KEY,
  'enable-key': KEY,
  'enable-key-rotation': KEY,
  'encrypt-data': [...KEY, 'plain_text', 'encryption_algorithm', ...CONTEXT],
  'encrypt-datakey': [...KEY, 'plain_text', 'datakey_plain_length', ...CONTEXT],
  'gen-random': ['random_data_length', 'recipient'],
  'get-key-rotation-status': KEY,
  'get-publickey': KEY,
  'list-keys': ['limit', 'marker', 'key_state', 'key_spec', 'enterprise_project_id'],
  're-encrypt': [
    'cipher_text',
    ...['key_id', 'encryption_algorithm', ...CONTEXT].flatMap((name) => [
      `source_${name}`,
      `destination_${name}`,
    ]),
  ],
  'schedule-key-deletion': [...KEY, 'pending_days'],
  sign: SIGN,
  'update-key-alias': [...KEY, 'key_alias'],
  'update-key-description': [...KEY, 'key_description'],
  'update-key-rotation-interval': [...KEY, 'rotation_interval'],
  verify: [...SIGN, 'signature'],
}
