/** Documents under a root of test parents are refused, unless the caller allows them, in every form of the root. */
import { expect, test } from 'vitest'
import { type VerifyOptions, verifyAttestation } from '../../../src/attestation/index.ts'
import { encodeName } from '../../../src/attestation/issue/certificate.ts'
import { TEST_ROOT_NAME, TEST_ROOT_SHA256 } from '../../../src/attestation/test-root.ts'
import { toPem } from '../../../src/encoding/pem.ts'
import { createKms } from '../../../src/kms/index.ts'
import { forgeDocument, forgePath, forgePayload, MOMENT } from '../forge.ts'
import { NONCE } from '../judge.ts'

const subject = encodeName(TEST_ROOT_NAME, 'webclave', 'test')
const forged = await forgePath('nitro', (_, index) => (index === 0 ? { subject, issuer: subject } : {}))
const root = forged.path[0]!
const document = await forgeDocument('nitro', forged.leafKey, forgePayload('nitro', forged, { nonce: NONCE }))

const judge = async (options: Partial<VerifyOptions>) =>
  verifyAttestation(document, { profile: 'nitro', roots: root, nonce: NONCE, at: MOMENT, ...options })

test.each<[string, VerifyOptions['roots']]>([
  ['DER', root],
  ['PEM', toPem(root)],
  ['the fingerprint of the one in the package', TEST_ROOT_SHA256],
  ['one of a list', ['ab'.repeat(32), root]],
])('as %s it is refused as an option', async (_, roots) => {
  // Also if an earlier call allowed the same text.
  await judge({ roots, allowTestRoot: true })
  await expect(judge({ roots })).rejects.toMatchObject({
    code: 'E_VERIFY_TEST_ROOT',
    hint: expect.stringContaining('allowTestRoot: true'),
  })
})

test('a document under it fails, also if another root with its name is pinned by a fingerprint', async () => {
  for (const roots of [forged.root, 'ab'.repeat(32)]) {
    const { ok, checks } = await judge({ roots })
    expect(ok).toBe(false)
    expect(checks.filter((check) => !check.ok)).toMatchObject([
      { name: 'root pinned', reason: expect.stringContaining('anybody can sign') },
    ])
  }
})

test('with allowTestRoot it passes, as every other check must', async () => {
  expect((await judge({ allowTestRoot: true })).ok).toBe(true)
  expect((await judge({ allowTestRoot: true, roots: forged.root })).ok).toBe(true)
  expect((await judge({ allowTestRoot: true, roots: 'ab'.repeat(32) })).ok).toBe(false)
  expect((await judge({ allowTestRoot: true, nonce: '00' })).ok).toBe(false)
})

test('allowTestRoot must be true or false', async () => {
  for (const allowTestRoot of [1, 'yes', null])
    await expect(judge({ allowTestRoot } as object)).rejects.toMatchObject({ code: 'E_VERIFY_OPTION' })
})

test('what Object.prototype has does not count as an option', async () => {
  const inherited = { allowTestRoot: true, allowDebug: true, freshness: false, maxAge: 1e15 }
  const kms = () => createKms({ attestation: { profile: 'nitro', roots: root } })
  try {
    for (const [name, value] of Object.entries(inherited))
      Object.defineProperty(Object.prototype, name, { value, configurable: true })
    // The control: options that do inherit would allow it.
    expect(({} as VerifyOptions).allowTestRoot).toBe(true)
    await expect(judge({})).rejects.toMatchObject({ code: 'E_VERIFY_TEST_ROOT' })
    await expect(judge({ allowTestRoot: true, nonce: undefined } as object)).rejects.toMatchObject({
      code: 'E_VERIFY_NONCE',
    })
    expect((await judge({ allowTestRoot: true })).ok).toBe(true)
    await expect(kms()).rejects.toMatchObject({ code: 'E_VERIFY_TEST_ROOT' })
  } finally {
    for (const name of Object.keys(inherited)) Reflect.deleteProperty(Object.prototype, name)
  }
})

test('a KMS takes no other value than true', async () => {
  const attestation = { profile: 'nitro', roots: root, allowTestRoot: 'yes' } as never
  await expect(createKms({ attestation })).rejects.toMatchObject({ code: 'E_VERIFY_TEST_ROOT' })
})
