/** The heads of HTTP in an exchange over the bus. */
import { describe, expect, test } from 'vitest'
import { decodeRequest, decodeResponse, encodeHead, passing } from '../../../src/fleet/wire/head.ts'

const request = {
  method: 'POST',
  path: '/a?b=c',
  headers: [['content-type', 'text/plain']] as const,
  more: false,
}
const bytesOf = (value: unknown) => encodeHead(value as never, Uint8Array.of(9))
const refused = expect.objectContaining({ code: 'E_FLEET_MESSAGE' })

describe('a head', () => {
  test('is read as it was written, and what follows it', () => {
    const { head, body } = decodeRequest(encodeHead(request, Uint8Array.of(1, 2, 3)))
    expect(head).toEqual(request)
    expect(body).toEqual(Uint8Array.of(1, 2, 3))
    const response = { status: 200, headers: [] }
    expect(decodeResponse(encodeHead(response))).toEqual(response)
  })

  test.each([
    ['no object', 7],
    ['null', null],
    ['a method in lower case', { ...request, method: 'post' }],
    ['a path without a slash', { ...request, path: 'a' }],
    ['a path with a line break', { ...request, path: '/a\r\nb: c' }],
    ['a path that is too long', { ...request, path: `/${'a'.repeat(2048)}` }],
    ['another header', { ...request, headers: [['cookie', 'a']] }],
    ['a header without a value', { ...request, headers: [['accept']] }],
    ['a header with a line break', { ...request, headers: [['accept', 'a\r\nb: c']] }],
    ['too many headers', { ...request, headers: Array.from({ length: 9 }, () => ['accept', 'a']) }],
    ['no word on whether more follows', { ...request, more: 1 }],
  ])('of a request with %s is refused', (_, value) => {
    expect(() => decodeRequest(bytesOf(request))).not.toThrow()
    expect(() => decodeRequest(bytesOf(value))).toThrow(refused)
  })

  test.each([[99], [199], [600], [200.5], ['200'], [undefined]])(
    'of a response with status %s is refused',
    (status) => {
      expect(() => decodeResponse(bytesOf({ status, headers: [] }))).toThrow(refused)
    },
  )

  test('whose length is wrong, or that is no JSON, is refused', () => {
    const bytes = encodeHead(request)
    for (const length of [0, 5, 0xffffffff]) {
      const changed = bytes.slice()
      new DataView(changed.buffer).setUint32(0, length)
      expect(() => decodeRequest(changed)).toThrow(refused)
    }
    expect(() => decodeRequest(Uint8Array.of(0, 0, 0, 2, 0xff, 0xff))).toThrow(refused)
    expect(() => decodeRequest(new Uint8Array())).toThrow(refused)
  })

  test('has only the headers that are needed', () => {
    const headers = new Headers({ 'content-type': 'a', cookie: 'secret', authorization: 'secret' })
    expect(passing(headers)).toEqual([['content-type', 'a']])
  })
})
