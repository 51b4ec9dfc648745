/** Answers of a parent that wants an enclave to use another secret, or the answer of another exchange. */
import { beforeAll, describe, expect, test } from 'vitest'
import { decodeDocument } from '../../../src/attestation/verify/open.ts'
import { concatBytes } from '../../../src/base/bytes.ts'
import { randomBytes } from '../../../src/sdk/qtsm.ts'
import { answerTo, Question, type Terms } from '../../../src/sdk/shared/exchange.ts'
import { seal } from '../../../src/sdk/shared/seal.ts'
import { giveStatement, nameDigest, nonceIn, sealInfo } from '../../../src/sdk/shared/statements.ts'
import { testEnclave } from '../../../src/testing/index.ts'
import {
  type Authorities,
  authorities,
  documentBy,
  type Fields,
  IMAGE,
  NAME,
  OTHER_IMAGE,
  termsOf,
} from './authority.ts'

const SECRET = new TextEncoder().encode('the secret of the enclaves')
const PARENTS = new TextEncoder().encode('a secret of the parent')
const challenge = randomBytes(32)

let known: Authorities
let terms: Terms
beforeAll(async () => {
  testEnclave.reset({ pcrs: new Map([[0, IMAGE]]) })
  known = await authorities()
  terms = termsOf([known.good.rootPem, testEnclave.rootCertificate])
})

const framed = (sealed: Uint8Array, document: Uint8Array) =>
  concatBytes(Uint8Array.of(sealed.length >> 8, sealed.length & 255), sealed, document)

const parts = (answer: Uint8Array<ArrayBuffer>) => {
  const end = 2 + ((answer[0]! << 8) | answer[1]!)
  return { sealed: answer.slice(2, end), document: answer.slice(end) }
}

const refused = (reason: RegExp) => ({ code: 'E_SHARED_ANSWER', message: expect.stringMatching(reason) })

/** The parent's own secret for the key in a request, with a document as good as it can make one. */
async function forged(request: Uint8Array<ArrayBuffer>, by: keyof Authorities, fields: Fields = {}) {
  const { publicKey, userData } = decodeDocument(request, 'qingtian')
  const info = sealInfo(NAME, request)
  const sealed = seal(publicKey!, info, PARENTS)!
  const good = { nonce: nonceIn(userData, NAME), userData: giveStatement(info, sealed) }
  return framed(sealed, await documentBy(known[by], { ...good, ...fields }))
}

test('the answer to a question has the secret (the control)', async () => {
  const question = new Question(terms, challenge)
  const answer = await answerTo(terms, challenge, question.request, SECRET)
  expect(await question.open(answer)).toEqual(SECRET)
  expect(Buffer.from(answer).includes(SECRET)).toBe(false)
})

test('what the tests forge would be accepted, if the parent had the key of the root (the control)', async () => {
  const question = new Question(terms, challenge)
  expect(await question.open(await forged(question.request, 'good'))).toEqual(PARENTS)
})

describe('a secret of the parent is refused', () => {
  test.each<[what: string, by: keyof Authorities, fields: Fields, reason: RegExp]>([
    ['under another root', 'hostile', {}, /root/],
    ['with certificates that have expired', 'late', { timestamp: Date.now() }, /expired/],
    ['by another image', 'good', { pcrs: new Map([[0, OTHER_IMAGE]]) }, /PCR0/],
    ['by an enclave in debug mode', 'good', { pcrs: new Map([[0, new Uint8Array(48)]]) }, /PCR0/],
    ['with an old document', 'good', { timestamp: Date.now() - 600_000 }, /too old/],
    ['with another nonce', 'good', { nonce: randomBytes(32) }, /nonce/],
    ['with the nonce of the challenge', 'good', { nonce: challenge }, /nonce/],
    ['with a statement about something else', 'good', { userData: randomBytes(96) }, /user data/],
    ['without a statement', 'good', { userData: undefined }, /user data/],
  ])('%s', async (_, by, fields, reason) => {
    const question = new Question(terms, challenge)
    await expect(question.open(await forged(question.request, by, fields))).rejects.toMatchObject(
      refused(reason),
    )
  })

  test('that cannot be decrypted, even if a trusted enclave vouches for it', async () => {
    const question = new Question(terms, challenge)
    const info = sealInfo(NAME, question.request)
    const sealed = randomBytes(64)
    const { userData } = decodeDocument(question.request, 'qingtian')
    const document = await documentBy(known.good, {
      nonce: nonceIn(userData, NAME),
      userData: giveStatement(info, sealed),
    })
    await expect(question.open(framed(sealed, document))).rejects.toMatchObject(refused(/decrypted/))
  })

  test('with the document of the enclave that asks, reflected', async () => {
    const question = new Question(terms, challenge)
    const { sealed } = parts(await forged(question.request, 'hostile'))
    await expect(question.open(framed(sealed, question.request))).rejects.toMatchObject(refused(/./))
    // Also if the parent has chosen the nonce of the question as its challenge.
    const { userData } = decodeDocument(question.request, 'qingtian')
    const other = new Question(terms, nonceIn(userData, NAME)!)
    await expect(question.open(framed(sealed, other.request))).rejects.toMatchObject(refused(/user data/))
  })

  test('in a genuine answer', async () => {
    const question = new Question(terms, challenge)
    const { document } = parts(await answerTo(terms, challenge, question.request, SECRET))
    const { sealed } = parts(await forged(question.request, 'hostile'))
    await expect(question.open(framed(sealed, document))).rejects.toMatchObject(refused(/user data/))
  })
})

describe('a genuine answer is refused', () => {
  test('to another question', async () => {
    const [one, other] = [new Question(terms, challenge), new Question(terms, challenge)]
    const answer = await answerTo(terms, challenge, one.request, SECRET)
    await expect(other.open(answer)).rejects.toMatchObject(refused(/nonce/))
    expect(await one.open(answer)).toEqual(SECRET)
  })

  test('with a secret of another name', async () => {
    const question = new Question(terms, challenge)
    const elsewhere = { ...terms, name: nameDigest('other') }
    await expect(answerTo(elsewhere, challenge, question.request, SECRET)).rejects.toMatchObject({
      code: 'E_SHARED_REQUEST',
    })
  })

  test('with any bit changed', async () => {
    const question = new Question(terms, challenge)
    const answer = await answerTo(terms, challenge, question.request, SECRET)
    for (let at = 0; at < answer.length; at += at < 110 ? 3 : 41) {
      const changed = answer.slice()
      changed[at]! ^= 1 << (at % 8)
      await expect(question.open(changed), `byte ${at}`).rejects.toMatchObject(refused(/./))
    }
    expect(await question.open(answer)).toEqual(SECRET)
  })

  test('that is cut, or claims to be longer', async () => {
    const question = new Question(terms, challenge)
    const answer = await answerTo(terms, challenge, question.request, SECRET)
    for (const length of [0, 1, 2, 3, 60, 100, answer.length - 1])
      await expect(question.open(answer.slice(0, length))).rejects.toMatchObject(refused(/./))
    const { document } = parts(answer)
    const claim = concatBytes(Uint8Array.of(255, 255), document)
    await expect(question.open(claim)).rejects.toMatchObject(refused(/./))
  })
})
