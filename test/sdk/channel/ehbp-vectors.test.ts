/**
 * The sealed answers of EHBP, against the functions of npm's `ehbp`, which is another implementation; and against the vectors of
 * that project, if they are beside the checkout (`../shared/vectors/ehbp`).
 */
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { computeNonce, decryptChunk, deriveResponseKeys } from 'ehbp'
import { expect, test } from 'vitest'
import { concatBytes, fromHex, toHex } from '../../../src/base/bytes.ts'
import { answerChunks } from '../../../src/channel/wire/hpke.ts'
import { compiled } from '../../../src/sdk/channel/hpke.ts'

const NONE = new Uint8Array()
const random = () => crypto.getRandomValues(new Uint8Array(32))

test('what an enclave seals is opened by the package', async () => {
  const [secret, enc, nonce] = [random(), random(), random()]
  const sealer = answerChunks(compiled, secret, enc, nonce)
  const keys = await deriveResponseKeys(secret, enc, nonce)
  for (const [at, text] of ['one', '', 'three'].entries()) {
    const bytes = new TextEncoder().encode(text)
    expect(new Uint8Array(await decryptChunk(keys, at, sealer.seal(bytes, NONE)))).toEqual(bytes)
  }
  expect(computeNonce(keys.nonceBase, 0)).toEqual(keys.nonceBase)
})

const folder = fileURLToPath(new URL('../../../../shared/vectors/ehbp', import.meta.url))
const isThere = existsSync(`${folder}/response-decryption.json`)
if (!isThere)
  console.warn('LEFT OUT: the vectors of EHBP are not beside the checkout (../shared/vectors/ehbp)')

test.skipIf(!isThere)('the published answer has the same bytes', () => {
  const vector = JSON.parse(readFileSync(`${folder}/response-decryption.json`, 'utf8')) as Record<
    string,
    string
  >
  const [secret, enc, nonce] = ['exportedSecret', 'requestEnc', 'responseNonce'].map((name) =>
    fromHex(vector[name]!),
  )
  const sealed = answerChunks(compiled, secret!, enc!, nonce!).seal(fromHex(vector['plaintext']!), NONE)
  const length = new Uint8Array(4)
  new DataView(length.buffer).setUint32(0, sealed.length)
  expect(toHex(concatBytes(length, sealed))).toBe(vector['encryptedResponse'])
})
