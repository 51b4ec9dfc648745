/** A verdict on a Chinese page: each check that passes, fails or is not reached says why in Chinese. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Check, CheckName, Verdict } from '../../../src/attestation/index.ts'
import { encodeName } from '../../../src/attestation/issue/certificate.ts'
import { fromHex } from '../../../src/base/bytes.ts'
import { cborArray, cborBytes, cborInteger, cborMap, cborText } from '../../../src/encoding/cbor/writer.ts'
import { explainedCheck, namesOf } from '../../../web/i18n/explain.ts'
import { language } from '../../../web/i18n/language.ts'
import { reasonZh } from '../../../web/i18n/reasons/checks.ts'
import {
  type Change,
  forgeDocument,
  forgePath,
  forgePayload,
  MOMENT,
  somePcrs,
} from '../../attestation/forge.ts'
import { judge, judgeFields, judgePath, judgePayload, NONCE, PATHS } from '../../attestation/judge.ts'

const HAN = /\p{Script=Han}/u

beforeEach(() => {
  language.value = 'zh'
})
afterEach(() => {
  language.value = 'en'
})

/** What the checks say that have no translation of their own. */
const untranslated = ({ checks }: Verdict) =>
  checks.filter(({ reason }) => !HAN.test(reasonZh(reason) ?? '')).map(({ reason }) => reason)

const reasonOf = ({ checks }: Verdict, wanted: CheckName) =>
  reasonZh(checks.find(({ name }) => name === wanted)!.reason)

const only =
  (at: number, change: object): Change =>
  (_, index) =>
    index === at ? change : {}

describe('a document that is valid', () => {
  test('in all respects', async () => {
    const fields = { publicKey: fromHex('01'), userData: fromHex('02') }
    const options = { publicKey: '01', userData: '02', pcrs: { 0: '01'.repeat(48), 8: '09'.repeat(48) } }
    const verdict = await judgeFields('qingtian', fields, options)
    expect(verdict.ok).toBe(true)
    expect(untranslated(verdict)).toEqual([])
    expect(reasonOf(verdict, 'PCR policy')).toBe('PCR0、PCR8 与期望的一致')
    expect(reasonOf(verdict, 'signature')).toBe('由叶证书（i.m.r）签名')
  })

  test('though not all was checked', async () => {
    const zeros = somePcrs().set(0, new Uint8Array(48))
    const unchecked = { nonce: undefined, freshness: false } as unknown as { freshness: false }
    const verdicts = [
      await judgeFields('nitro', {}, { ...unchecked, at: MOMENT }),
      await judgeFields('nitro', { pcrs: zeros }, { allowDebug: true, at: 'document' }),
    ]
    expect(verdicts.flatMap(untranslated)).toEqual([])
    expect(reasonOf(verdicts[0]!, 'freshness')).toContain('重放')
  })
})

describe('a chain', () => {
  const other = encodeName('somebody', 'else', '')
  test.each<[string, Change, CheckName, string]>([
    ['with another issuer', only(2, { issuer: other }), 'chain links', '不是由前一张证书签发的'],
    [
      'whose root is not self-issued',
      only(0, { issuer: other }),
      'chain links',
      '根证书（forged root）不是自签发的',
    ],
    [
      'with another key identifier',
      only(2, { authorityKeyId: new Uint8Array(20) }),
      'chain links',
      '签发者密钥标识',
    ],
    ['that has expired', only(1, { notAfter: MOMENT - 61_000 }), 'validity', '已过期'],
    ['that is not valid yet', only(4, { notBefore: MOMENT + 61_000 }), 'validity', '尚未生效'],
    [
      'with a certificate that is not an authority',
      only(1, { ca: false, pathLength: undefined }),
      'basicConstraints',
      '证书 1（',
    ],
    ['whose leaf is an authority', only(4, { ca: true }), 'basicConstraints', '是签发机构'],
    ['that is too long', only(1, { pathLength: 0 }), 'path length', '签发机构过多'],
    [
      'with keys of another usage',
      only(2, { keyUsage: ['digitalSignature'] }),
      'key usage',
      '不能用于签署证书',
    ],
    [
      'whose leaf may not sign documents',
      only(4, { keyUsage: ['keyCertSign'] }),
      'key usage',
      '不能用于签署文档',
    ],
  ])('%s', async (_, change, name, words) => {
    const verdict = await judgePath('nitro', change)
    expect(verdict.checks.find((check) => check.name === name)!.ok).toBe(false)
    expect(untranslated(verdict)).toEqual([])
    expect(reasonOf(verdict, name)).toContain(words)
  })

  test('with a certificate that another key signed', async () => {
    const { leafKey } = PATHS.nitro
    const forged = await forgePath('nitro', undefined, (index) => (index === 4 ? leafKey : undefined))
    const payload = forgePayload('nitro', forged, { nonce: NONCE })
    const verdict = await judge('nitro', await forgeDocument('nitro', forged.leafKey, payload), {}, forged)
    expect(untranslated(verdict)).toEqual([])
    expect(reasonOf(verdict, 'chain links')).toMatch(/^叶证书（.+）不是由证书 3（.+）的密钥签署的$/)
  })

  test('that does not belong to the signature, or to the root', async () => {
    const payload = forgePayload('nitro', PATHS.nitro, { nonce: NONCE })
    const document = await forgeDocument('nitro', PATHS.qingtian.leafKey, payload)
    const verdict = await judge('nitro', document, { roots: 'ab'.repeat(32) })
    expect(untranslated(verdict)).toEqual([])
    expect(reasonOf(verdict, 'signature')).toContain('不是由叶证书')
    expect(reasonOf(verdict, 'root pinned')).toContain('不在所信任的根之中')
  })
})

describe('a payload', () => {
  type Change = (fields: Map<string, Uint8Array<ArrayBuffer>>) => void
  const pcrs = (...entries: [number, number, number][]) =>
    cborMap(
      entries.map(([index, width, length]) => [
        cborInteger(index, width as 1),
        cborBytes(new Uint8Array(length)),
      ]),
    )
  const set =
    (name: string, value: Uint8Array<ArrayBuffer>): Change =>
    (fields) =>
      void fields.set(name, value)

  test.each<[string, Change]>([
    ['without a timestamp', (fields) => void fields.delete('timestamp')],
    ['without certificates', (fields) => void fields.delete('cabundle')],
    ['without PCRs and digest', (fields) => ['pcrs', 'digest'].forEach((name) => void fields.delete(name))],
    ['with an unknown field', set('more', cborText('x'))],
    ['with the PCRs of a NitroTPM', set('nitrotpm_pcrs', cborMap([]))],
    ['with a name that is a number', set('module_id', cborInteger(1, 8))],
    ['with an empty name', set('module_id', cborText(''))],
    ['with a time that is a text', set('timestamp', cborText('now'))],
    ['with a narrow time', set('timestamp', cborInteger(1000, 4))],
    ['with another digest', set('digest', cborText('SHA256'))],
    ['with PCRs in a list', set('pcrs', cborArray([]))],
    ['with no PCR', set('pcrs', cborMap([]))],
    ['with a PCR beyond the last', set('pcrs', pcrs([40, 2, 48]))],
    ['with a PCR that is too short', set('pcrs', pcrs([0, 2, 32]))],
    ['with a certificate that is a text', set('certificate', cborText('x'))],
    ['with an empty certificate', set('certificate', cborBytes(new Uint8Array(0)))],
    ['with a bundle that is a text', set('cabundle', cborText('x'))],
    ['with an empty bundle', set('cabundle', cborArray([]))],
    ['with texts in the bundle', set('cabundle', cborArray([cborText('x')]))],
    ['with empty certificates in the bundle', set('cabundle', cborArray([cborBytes(new Uint8Array(0))]))],
    ['with a nonce that is a text', set('nonce', cborText('x'))],
    ['with a nonce that is too long', set('nonce', cborBytes(new Uint8Array(5000)))],
    [
      'in another order',
      (fields) => {
        const first = fields.get('module_id')!
        fields.delete('module_id')
        fields.set('module_id', first)
      },
    ],
  ])('%s', async (_, change) => {
    for (const profile of ['qingtian', 'nitro'] as const) {
      const verdict = await judgePayload(profile, change)
      expect(untranslated(verdict)).toEqual([])
    }
  })
})

describe('bytes', () => {
  test.each([
    ['that are empty', new Uint8Array(0)],
    ['that are not CBOR', fromHex('ff')],
    ['that are another thing', cborText('hello')],
    ['that are too many', new Uint8Array(40_000)],
    [
      'with an envelope of three parts',
      cborArray([cborBytes(fromHex('a0')), cborMap([]), cborBytes(fromHex('a0'))]),
    ],
  ])('%s', async (_, bytes) => {
    expect(untranslated(await judge('nitro', bytes))).toEqual([])
    expect(untranslated(await judge('qingtian', bytes))).toEqual([])
  })
})

describe('what the verifier expects', () => {
  test('another nonce, image and time, in debug mode', async () => {
    const zeros = somePcrs().set(0, new Uint8Array(48))
    const old = await judgeFields(
      'nitro',
      { pcrs: zeros },
      { nonce: '07', pcrs: { 0: '01'.repeat(48) }, at: MOMENT + 1_000_000 },
    )
    expect(untranslated(old)).toEqual([])
    expect(reasonOf(old, 'nonce')).toBe('随机数与期望的不一致')
    expect(reasonOf(old, 'PCR policy')).toBe(`PCR0 是 ${'0'.repeat(16)}…，应为 ${'01'.repeat(8)}…`)
    expect(reasonOf(old, 'debug')).toContain('调试模式')
    expect(reasonOf(old, 'freshness')).toBe('文档太旧')
    const early = await judgeFields(
      'nitro',
      { pcrs: new Map([[1, new Uint8Array(48)]]) },
      { at: MOMENT - 1_000_000, pcrs: { 0: '01'.repeat(48) } },
    )
    expect(untranslated(early)).toEqual([])
    expect(reasonOf(early, 'PCR policy')).toContain('没有 PCR0')
  })

  test('one of several sets', async () => {
    const allowed = ['one', 'two; or three'].map((label) => ({
      label,
      pcrs: { 1: '07'.repeat(48), 2: '08'.repeat(48) },
    }))
    const verdict = await judgeFields('nitro', {}, { referenceValues: { version: 1, allowed } })
    expect(untranslated(verdict)).toEqual([])
    expect(reasonOf(verdict, 'PCR policy')).toMatch(
      /^PCR1 是 .+，应为 .+；PCR2 是 .+，应为 .+（最接近的一组："one"）$/,
    )
  })
})

test('on an English page a check is as the verifier says; on a Chinese one that comes last', () => {
  const check: Pick<Check, 'name' | 'reason'> = { name: 'nonce', reason: 'the nonce is not the expected one' }
  expect(explainedCheck(check)).toEqual({
    name: '随机数',
    meaning: expect.stringMatching(HAN),
    reason: '随机数与期望的不一致',
    original: check.reason,
  })
  // A sentence that is not known here has the meaning of its check in its place.
  const unknown = explainedCheck({ name: 'nonce', reason: 'something new' })
  expect(unknown).toMatchObject({ reason: unknown.meaning, original: 'something new' })
  expect(namesOf(['nonce', 'debug'])).toBe('随机数、调试模式')
  language.value = 'en'
  expect(explainedCheck(check)).toMatchObject({ name: 'nonce', reason: check.reason, original: undefined })
  expect(namesOf(['nonce', 'debug'])).toBe('nonce, debug')
})
