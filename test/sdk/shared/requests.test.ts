/** Requests for a secret that differ from a good one in one thing: the enclave that has it refuses them. */
import { beforeAll, describe, expect, test } from 'vitest'
import { fromHex } from '../../../src/base/bytes.ts'
import { randomBytes } from '../../../src/sdk/qtsm.ts'
import { answerTo, type Terms } from '../../../src/sdk/shared/exchange.ts'
import { newKey, open } from '../../../src/sdk/shared/seal.ts'
import { giveStatement, nameDigest, sealInfo } from '../../../src/sdk/shared/statements.ts'
import {
  type Authorities,
  asking,
  authorities,
  documentBy,
  type Fields,
  NAME,
  OTHER_IMAGE,
  SIGNER,
  termsOf,
} from './authority.ts'

const SECRET = new TextEncoder().encode('a secret of the pool')
const challenge = randomBytes(32)

let known: Authorities
let terms: Terms
beforeAll(async () => {
  known = await authorities()
  terms = termsOf([known.good.rootPem])
})

interface Case extends Fields {
  readonly by?: keyof Authorities
  readonly change?: (document: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer>
}

async function ask({ by = 'good', change = (document) => document, ...fields }: Case, own = terms) {
  const key = newKey()
  const good = { nonce: challenge, publicKey: key.publicKey, userData: asking() }
  const request = change(await documentBy(known[by], { ...good, ...fields }))
  const answer = await answerTo(own, challenge, request, SECRET)
  const sealed = answer.slice(2, 2 + ((answer[0]! << 8) | answer[1]!))
  return open(key, sealInfo(NAME, request), sealed)
}

const refused = (reason: string | RegExp) => ({
  code: 'E_SHARED_REQUEST',
  message: expect.stringMatching(reason),
})

test('a good request gets the secret (the control)', async () => {
  expect(await ask({})).toEqual(SECRET)
})

describe('a request is refused', () => {
  test.each<[what: string, request: () => Case, reason: RegExp]>([
    ['of another image', () => ({ pcrs: new Map([[0, OTHER_IMAGE]]) }), /PCR0 is 0202/],
    ['of an enclave in debug mode', () => ({ pcrs: new Map([[0, new Uint8Array(48)]]) }), /PCR0 is 0000/],
    ['without PCR0', () => ({ pcrs: new Map([[1, OTHER_IMAGE]]) }), /PCR0/],
    ['under another root', () => ({ by: 'hostile' }), /root/],
    ['with certificates that have expired', () => ({ by: 'late', timestamp: Date.now() }), /expired/],
    ['that is old', () => ({ timestamp: Date.now() - 600_000 }), /too old/],
    ['of the future', () => ({ timestamp: Date.now() + 600_000 }), /future/],
    ['for another challenge', () => ({ nonce: randomBytes(32) }), /nonce/],
    ['without a nonce', () => ({ nonce: undefined }), /nonce/],
    ['without user data', () => ({ userData: undefined }), /user data/],
    ['that states something else', () => ({ userData: randomBytes(96) }), /user data/],
    ['that is the statement of an answer', () => ({ userData: giveStatement(NAME, NAME) }), /user data/],
    ['for a secret of another name', () => ({ userData: asking(nameDigest('other')) }), /user data/],
    ['without a key', () => ({ publicKey: undefined }), /public key/],
    ['with a key of another length', () => ({ publicKey: randomBytes(33) }), /public key/],
    ['of the other cloud', () => ({ profile: 'nitro' }), /nitro/],
    ['that is cut', () => ({ change: (document) => document.slice(0, -1) }), /./],
    ['that goes on', () => ({ change: (document) => Uint8Array.from([...document, 0]) }), /./],
    ['that is nothing', () => ({ change: () => new Uint8Array(0) }), /./],
    ['that is noise', () => ({ change: () => randomBytes(4096) }), /./],
  ])('%s', async (_, request, reason) => {
    await expect(ask(request())).rejects.toMatchObject(refused(reason))
  })

  // Every u of order 1, 2, 4 or 8, and those that are them modulo the prime.
  test.each([
    '00'.repeat(32),
    `01${'00'.repeat(31)}`,
    'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800',
    '5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157',
    `ec${'ff'.repeat(30)}7f`,
    `ed${'ff'.repeat(30)}7f`,
    `ee${'ff'.repeat(30)}7f`,
  ])('with the key of small order %s', async (hex) => {
    await expect(ask({ publicKey: fromHex(hex) })).rejects.toMatchObject(refused(/public key/))
  })

  test('with any bit changed', async () => {
    const length = (await documentBy(known.good, { nonce: challenge, userData: asking() })).length
    for (let at = 0; at < length; at += 37) {
      const change = (document: Uint8Array<ArrayBuffer>) => {
        document[at]! ^= 1 << (at % 8)
        return document
      }
      await expect(ask({ change }), `byte ${at}`).rejects.toMatchObject(refused(/./))
    }
  })
})

describe('another image', () => {
  test('that is trusted by its PCR0 gets the secret', async () => {
    const own = termsOf([known.good.rootPem], [{ label: 'other', pcrs: new Map([[0, OTHER_IMAGE]]) }])
    expect(await ask({ pcrs: new Map([[0, OTHER_IMAGE]]) }, own)).toEqual(SECRET)
  })

  test('that is trusted by its signer gets the secret, and none of another signer', async () => {
    const own = termsOf([known.good.rootPem], [{ label: 'signer', pcrs: new Map([[8, SIGNER]]) }])
    const of = (signer: Uint8Array) => ({
      pcrs: new Map([
        [0, OTHER_IMAGE],
        [8, signer],
      ]),
    })
    expect(await ask(of(SIGNER), own)).toEqual(SECRET)
    await expect(ask(of(OTHER_IMAGE), own)).rejects.toMatchObject(refused(/PCR/))
  })

  test('in debug mode gets none, even if its signer is trusted', async () => {
    const own = termsOf([known.good.rootPem], [{ label: 'signer', pcrs: new Map([[8, SIGNER]]) }])
    const pcrs = new Map([
      [0, new Uint8Array(48)],
      [8, SIGNER],
    ])
    await expect(ask({ pcrs }, own)).rejects.toMatchObject(refused(/debug/))
  })
})
