/** AWS's clients for Python and for the command line, as Debian has them, against the KMS on loopback. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { AWS_OPERATIONS } from '../../../src/kms/http/aws/differences.ts'
import { createKmsApp } from '../../../src/kms/index.ts'
import { hasProgram } from '../../support/debian.ts'
import { createLaboratory, ROLE } from '../support.ts'
import { ACCESS_KEY, serveOnLoopback } from '../support-http.ts'

const run = promisify(execFile)
const ALL = { Statement: [{ Effect: 'Allow', Action: 'kms:*', Resource: '*' }] }
const ADMIN = { accessKeyId: 'AKIDADMIN', secretAccessKey: 'secret/of+the=admin' }
// Debian's own, whatever else there is.
const PYTHON = '/usr/bin/python3'
const AWS = '/usr/bin/aws'
const hasBoto = hasProgram(PYTHON, 'the KMS from Python', ['-c', 'import boto3'], 'python3-boto3')
const hasAws = hasProgram(AWS, 'the KMS from the command line', ['--version'], 'awscli')

let server: { url: string; close(): Promise<void> }
beforeAll(async () => {
  const { kms } = await createLaboratory()
  const accessKeys = [
    { ...ADMIN, principal: 'arn:aws:iam::111122223333:root', policies: [ALL] },
    { ...ACCESS_KEY, principal: ROLE },
  ]
  server = await serveOnLoopback(createKmsApp(kms, { accessKeys, explain: 'summary' }))
})
afterAll(() => server.close())

const environment = ({ accessKeyId, secretAccessKey } = ADMIN) => ({
  PATH: '/usr/bin:/bin',
  HOME: '/nonexistent',
  LC_ALL: 'C.UTF-8',
  AWS_ACCESS_KEY_ID: accessKeyId,
  AWS_SECRET_ACCESS_KEY: secretAccessKey,
  AWS_DEFAULT_REGION: 'local-1',
  AWS_MAX_ATTEMPTS: '1',
  AWS_EC2_METADATA_DISABLED: 'true',
})

/** Calls every operation that both have, and prints which, and what went wrong. */
const EVERYTHING = `
import json, sys
import boto3
kms = boto3.client('kms', endpoint_url=sys.argv[1])
names = kms.meta.method_to_api_mapping
done = set()
def call(name, **given):
    done.add(names[name])
    return getattr(kms, name)(**given)
def new(**given):
    return call('create_key', **given)['KeyMetadata']['KeyId']
key = new(Description='one', Tags=[{'TagKey': 'a', 'TagValue': 'b'}])
other = new()
context = {'team': 'a'}
blob = call('encrypt', KeyId=key, Plaintext=b'text', EncryptionContext=context)['CiphertextBlob']
assert call('decrypt', CiphertextBlob=blob, EncryptionContext=context)['Plaintext'] == b'text'
moved = call('re_encrypt', CiphertextBlob=blob, SourceEncryptionContext=context, DestinationKeyId=other)
assert call('decrypt', CiphertextBlob=moved['CiphertextBlob'])['Plaintext'] == b'text'
data = call('generate_data_key', KeyId=key, KeySpec='AES_256')
assert call('decrypt', CiphertextBlob=data['CiphertextBlob'])['Plaintext'] == data['Plaintext']
call('generate_data_key_without_plaintext', KeyId=key, NumberOfBytes=16)
call('generate_data_key_pair', KeyId=key, KeyPairSpec='ECC_SECG_P256K1')
call('generate_data_key_pair_without_plaintext', KeyId=key, KeyPairSpec='ECC_NIST_P521')
assert len(call('generate_random', NumberOfBytes=20)['Plaintext']) == 20
signer = new(KeySpec='ECC_SECG_P256K1', KeyUsage='SIGN_VERIFY')
signed = {'KeyId': signer, 'Message': b'message', 'SigningAlgorithm': 'ECDSA_SHA_256'}
assert call('verify', Signature=call('sign', **signed)['Signature'], **signed)['SignatureValid']
call('get_public_key', KeyId=signer)
mac = {'KeyId': new(KeySpec='HMAC_224', KeyUsage='GENERATE_VERIFY_MAC'), 'Message': b'message'}
mac['MacAlgorithm'] = 'HMAC_SHA_224'
assert call('verify_mac', Mac=call('generate_mac', **mac)['Mac'], **mac)['MacValid']
grant = {'KeyId': key, 'GranteePrincipal': 'arn:aws:iam::111122223333:role/a', 'Operations': ['Encrypt']}
grant['RetiringPrincipal'] = grant['GranteePrincipal']
made = [call('create_grant', **grant) for _ in range(2)]
assert len(call('list_grants', KeyId=key)['Grants']) == 2
assert len(call('list_retirable_grants', RetiringPrincipal=grant['GranteePrincipal'])['Grants']) == 2
call('retire_grant', GrantToken=made[0]['GrantToken'])
call('revoke_grant', KeyId=key, GrantId=made[1]['GrantId'])
call('create_alias', AliasName='alias/a', TargetKeyId=key)
call('update_alias', AliasName='alias/a', TargetKeyId=other)
assert [one['TargetKeyId'] for one in call('list_aliases')['Aliases']] == [other]
call('delete_alias', AliasName='alias/a')
assert call('describe_key', KeyId=key)['KeyMetadata']['CreationDate'].year > 2000
assert len(call('list_keys', Limit=2)['Keys']) == 2
call('update_key_description', KeyId=key, Description='two')
call('tag_resource', KeyId=key, Tags=[{'TagKey': 'c', 'TagValue': 'd'}])
call('untag_resource', KeyId=key, TagKeys=['a'])
assert call('list_resource_tags', KeyId=key)['Tags'] == [{'TagKey': 'c', 'TagValue': 'd'}]
policy = call('get_key_policy', KeyId=key, PolicyName='default')['Policy']
call('put_key_policy', KeyId=key, PolicyName='default', Policy=policy)
call('list_key_policies', KeyId=key)
call('enable_key_rotation', KeyId=key)
assert call('get_key_rotation_status', KeyId=key)['KeyRotationEnabled']
call('disable_key_rotation', KeyId=key)
call('disable_key', KeyId=key)
try:
    call('encrypt', KeyId=key, Plaintext=b'text')
    raise SystemExit('a disabled key was used')
except kms.exceptions.DisabledException:
    pass
call('enable_key', KeyId=key)
call('schedule_key_deletion', KeyId=key, PendingWindowInDays=7)
call('cancel_key_deletion', KeyId=key)
print(json.dumps({'done': sorted(done), 'known': sorted(names.values())}))
`

describe.runIf(hasBoto)('boto3', () => {
  test('does every operation that both have', async () => {
    const { stdout } = await run(PYTHON, ['-c', EVERYTHING, server.url], { env: environment() })
    const { done, known } = JSON.parse(stdout) as { done: string[]; known: string[] }
    const own = AWS_OPERATIONS.map((name) => name.charAt(0).toUpperCase() + name.slice(1))
    expect(known.length).toBeGreaterThan(40)
    expect(done).toEqual(own.filter((name) => known.includes(name)).toSorted())
  })
})

describe.runIf(hasAws)('the command line', () => {
  const aws = (words: string[], key = ADMIN) =>
    run(AWS, ['kms', '--endpoint-url', server.url, '--output', 'text', ...words], { env: environment(key) })
  const plaintext = ['--plaintext', Buffer.from('a secret').toString('base64')]

  test('makes a key, encrypts and decrypts, and says why a call is denied', async () => {
    const created = await aws(['create-key', '--query', 'KeyMetadata.KeyId'])
    const id = created.stdout.trim()
    const words = ['encrypt', '--key-id', id, ...plaintext, '--query', 'CiphertextBlob']
    const ciphertext = (await aws(words)).stdout.trim()
    const opened = await aws(['decrypt', '--ciphertext-blob', ciphertext, '--query', 'Plaintext'])
    expect(Buffer.from(opened.stdout.trim(), 'base64').toString()).toBe('a secret')
    await expect(aws(words, ACCESS_KEY)).rejects.toMatchObject({
      code: 254,
      stderr: expect.stringMatching(/AccessDeniedException.*Encrypt.*no policy of the caller allows it/s),
    })
  })
})
