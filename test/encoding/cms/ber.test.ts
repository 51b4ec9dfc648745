/** BER: every form of a length, tags, end-of-contents octets, and the limit of nesting. */
import { describe, expect, test } from 'vitest'
import { fromHex, toHex } from '../../../src/base/bytes.ts'
import { type BerElement, readBer } from '../../../src/encoding/cms/ber.ts'

const read = (hex: string) => readBer(fromHex(hex))
const refusal = (message: string) =>
  expect.objectContaining({ code: 'E_CMS', message: expect.stringContaining(message) })
/** An element as nested lists: its tag, and its contents or elements. */
const plain = ({ tag, content, children }: BerElement): unknown[] => [
  tag,
  ...(children.length > 0 ? children.map(plain) : [toHex(content)]),
]

describe('lengths', () => {
  test.each([
    [0, '00'],
    [0, '8100'],
    [0, '8400000000'],
    [1, '01'],
    [1, '8101'],
    [127, '7f'],
    [128, '8180'],
    [255, '81ff'],
    [256, '820100'],
    [258, '83000102'],
    [65_535, '82ffff'],
    [65_536, '83010000'],
    [65_539, '8400010003'],
  ])('%s is read from %s, and refused if a byte is missing', (length, head) => {
    const content = '5a'.repeat(length)
    expect(plain(read(`04${head}${content}`))).toEqual([4, content])
    expect(() => read(`04${head}${content}00`)).toThrow(refusal('trailing bytes after the envelope'))
    if (length > 0) {
      expect(() => read(`04${head}${content.slice(2)}`)).toThrow(
        refusal('an element is longer than its container'),
      )
    }
  })

  test.each([
    ['0485000000000100', 'the length of an element has more than 4 bytes'],
    ['04ff', 'the length of an element has more than 4 bytes'],
    ['0484ffffffff', 'an element is longer than its container'],
    ['0481', 'an element is longer than its container'],
    ['048201', 'an element is longer than its container'],
    ['30030481', 'an element is longer than its container'],
    // The length of the inner element is partly outside of the outer one.
    ['3003048201000000', 'an element is longer than its container'],
    ['300304020000', 'an element is longer than its container'],
    ['', 'the envelope ends inside an element'],
    ['04', 'the envelope ends inside an element'],
    ['300104', 'the envelope ends inside an element'],
    ['30010400', 'the envelope ends inside an element'],
    ['0480', 'a primitive element has an indefinite length'],
    ['04800000', 'a primitive element has an indefinite length'],
  ])('%s is refused: %s', (hex, message) => expect(() => read(hex)).toThrow(refusal(message)))
})

describe('tags', () => {
  test('every byte is a tag, except those that begin a multi-byte tag', () => {
    const several: number[] = []
    for (let tag = 0; tag < 256; tag++) {
      try {
        expect(readBer(Uint8Array.of(tag, 0))).toMatchObject({ tag, children: [] })
      } catch (error) {
        expect(error).toEqual(refusal('the envelope has a multi-byte tag'))
        several.push(tag)
      }
    }
    expect(several).toEqual([0x1f, 0x3f, 0x5f, 0x7f, 0x9f, 0xbf, 0xdf, 0xff])
  })
})

describe('a constructed element', () => {
  test.each<[string, unknown[]]>([
    ['3000', [0x30, '']],
    ['30800000', [0x30, '']],
    ['3006020105020106', [0x30, [2, '05'], [2, '06']]],
    ['30800201050201060000', [0x30, [2, '05'], [2, '06']]],
    ['3080308002010500000000', [0x30, [0x30, [2, '05']]]],
    ['300730800201050000', [0x30, [0x30, [2, '05']]]],
    // A length of zero does not end the contents if the tag is not zero.
    ['308004000500' + '0000', [0x30, [4, ''], [5, '']]],
    ['a080040100' + '0000', [0xa0, [4, '00']]],
  ])('%s is read', (hex, expected) => expect(plain(read(hex))).toEqual(expected))

  test('has contents without the end-of-contents octets', () => {
    expect(toHex(read('30800201050000').content)).toBe('020105')
    expect(toHex(read('3003020105').content)).toBe('020105')
  })

  test.each([
    ['3080020105', 'the envelope ends inside an element'],
    ['308002010500', 'the envelope ends inside an element'],
    ['3080', 'the envelope ends inside an element'],
    ['3080000000', 'trailing bytes after the envelope'],
    // The end-of-contents octets of the inner element are partly outside of the outer one.
    ['300330800000', 'the envelope ends inside an element'],
    ['30800201050001', 'an element is longer than its container'],
  ])('%s is refused: %s', (hex, message) => expect(() => read(hex)).toThrow(refusal(message)))
})

test('17 nested elements are accepted and 18 are refused, with definite and indefinite lengths', () => {
  const definite = (count: number) => {
    let hex = ''
    for (let level = 0; level < count; level++)
      hex = `30${(hex.length / 2).toString(16).padStart(2, '0')}${hex}`
    return hex
  }
  const indefinite = (count: number) => '3080'.repeat(count) + '0000'.repeat(count)
  for (const nested of [definite, indefinite]) {
    expect(() => read(nested(17))).not.toThrow()
    expect(() => read(nested(18))).toThrow(refusal('the envelope is nested too deeply'))
  }
})
