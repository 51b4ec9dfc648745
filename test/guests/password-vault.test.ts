/**
 * guests/password-vault: its hashes depend on the pepper, it counts attempts, and the pepper never leaves the enclave.
 */
import * as node from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { PasswordRecord, PasswordVault } from '../../guests/password-vault/index.ts'
import { CREDENTIALS as credentials, Witness } from './witness.ts'

const CONTEXT = { service: 'password-vault' }
const PASSWORD = 'correct horse battery staple'

let witness: Witness<PasswordVault>
let wrapped: Uint8Array
beforeAll(async () => {
  witness = await Witness.open<PasswordVault>('password-vault')
  await expect(witness.client.call.enrol({ user: 'ada', password: PASSWORD })).rejects.toMatchObject({
    code: 'E_VAULT_CLOSED',
  })
  wrapped = await witness.client.call.open({ credentials })
})
afterAll(() => witness[Symbol.asyncDispose]())

const verify = (user: string, password: string, record: PasswordRecord) =>
  witness.client.call.verify({ user, password, record })

describe('the password vault', () => {
  test('accepts the right password of the right user only', async () => {
    const record = await witness.client.call.enrol({ user: 'ada', password: PASSWORD })
    const again = await witness.client.call.enrol({ user: 'ada', password: PASSWORD })
    expect(Buffer.from(record.hash).equals(Buffer.from(again.hash))).toBe(false)
    expect(await verify('ada', PASSWORD, record)).toBe(true)
    expect(await verify('ada', 'wrong', record)).toBe(false)
    expect(await verify('bob', PASSWORD, record)).toBe(false)
    // The same letters, composed of other code points.
    const accented = await witness.client.call.enrol({ user: 'zoë', password: 'caf\u00e9' })
    expect(await verify('zoë', 'cafe\u0301', accented)).toBe(true)
  })

  test('hashes cannot be checked without the pepper', async () => {
    const { salt, hash } = await witness.client.call.enrol({ user: 'ada', password: PASSWORD })
    const parameters = { parallelism: 1, tagLength: 32, memory: 12288, passes: 3 }
    const guess = node.argon2Sync('argon2id', { message: PASSWORD, nonce: salt, ...parameters })
    expect(guess.equals(hash)).toBe(false)
  })

  test('pauses a user after five wrong passwords, and no other user', async () => {
    const record = await witness.client.call.enrol({ user: 'eve', password: PASSWORD })
    for (let attempt = 0; attempt < 5; attempt++)
      expect(await verify('eve', `${attempt}`, record)).toBe(false)
    await expect(verify('eve', PASSWORD, record)).rejects.toMatchObject({ code: 'E_VAULT_PAUSED' })
    const other = await witness.client.call.enrol({ user: 'ada', password: PASSWORD })
    expect(await verify('ada', PASSWORD, other)).toBe(true)
  })

  test.each([
    ['an empty user', { user: '', password: PASSWORD }],
    ['a user that is not a string', { user: 7, password: PASSWORD }],
    ['an empty password', { user: 'ada', password: '' }],
    ['a password over 1024 bytes', { user: 'ada', password: 'a'.repeat(1025) }],
  ])('rejects %s', async (_, request) => {
    await expect(witness.client.call.enrol(request as never)).rejects.toMatchObject({ code: 'E_VAULT_INPUT' })
  })

  test('verifies its records after a restart, and the pepper is found nowhere outside the enclave', async () => {
    const { kms } = witness
    const record = await witness.client.call.enrol({ user: 'ada', password: PASSWORD })
    const seen = witness.vsockBytes()
    await witness.start()
    await witness.client.call.open({ credentials, wrapped })
    expect(await verify('ada', PASSWORD, record)).toBe(true)

    await kms.ask('learnDataKey', { name: 'pepper', wrapped, context: CONTEXT })
    await kms.ask('learnControl', { name: 'control', bytes: record.salt })
    const shown = Buffer.from(record.salt).toString('hex')
    expect(await kms.search([...seen, ...witness.vsockBytes()])).toEqual(['control, raw'])
    expect(await kms.search(witness.sharedMemory())).toEqual(['control, raw'])
    expect(await kms.search(witness.heap())).toEqual(['control, hex'])
    expect(shown).toHaveLength(32)
  })
})
