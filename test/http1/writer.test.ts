/** What the writer writes, the reader reads unchanged; the writer rejects everything else. */
import { describe, expect, test } from 'vitest'
import { readRequest, readResponse } from '../../src/http1/reader.ts'
import { writeMessage } from '../../src/http1/writer.ts'
import { LIMITS, readAll, utf8 } from './feed.ts'

const NOTHING = new Uint8Array(0)
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes)
const fault = (of: () => unknown) => {
  try {
    return of()
  } catch (error) {
    return (error as { fault: string }).fault
  }
}

test('a message consists of its first line, its headers, the length of its body and its body', () => {
  expect(text(writeMessage('GET / HTTP/1.1', [['host', 'kms']], NOTHING))).toBe(
    'GET / HTTP/1.1\r\nhost: kms\r\ncontent-length: 0\r\n\r\n',
  )
  expect(text(writeMessage('HTTP/1.1 200 OK', [], utf8('äb')))).toBe(
    'HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\näb',
  )
})

test('Content-Length is that of the body, whatever the headers contain', () => {
  const lengths = [...'Cc'].map((letter) => [`${letter}ontent-Length`, '9'] as const)
  expect(text(writeMessage('HTTP/1.1 200 OK', lengths, NOTHING))).toBe(
    'HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n',
  )
})

test('consecutive requests and responses are parsed as they were written', async () => {
  const headers = [
    ['host', 'a'],
    ['x-empty', ''],
    ['x-list', 'a, b'],
  ] as const
  const body = Uint8Array.from({ length: 256 }, (_, at) => at)
  const request = writeMessage('POST /a?b HTTP/1.1', headers, body)
  const twice = new Uint8Array([...request, ...request])
  const read = { headers: new Map([...headers, ['content-length', '256']]), body }
  const one = { method: 'POST', target: '/a?b', ...read }
  expect(await readAll(twice, (input) => readRequest(input, LIMITS), 99)).toEqual([one, one])
  const response = writeMessage('HTTP/1.1 412 ', headers, body)
  expect(await readAll(response, (input) => readResponse(input, LIMITS), 99)).toEqual([
    { status: 412, ...read },
  ])
})

describe('rejects', () => {
  test.each([
    ['a', 'b\r\nc: d'],
    ['a', 'b\nc: d'],
    ['a\r\nb', 'c'],
    ['a b', 'c'],
    ['', 'a'],
    ['a', '\0'],
    ['a', 'ä'],
    ['Content-Length', '0\r\n\r\nGET / HTTP/1.1'],
  ])('the header %j: %j', (name, value) => {
    expect(fault(() => writeMessage('GET / HTTP/1.1', [[name, value]], NOTHING))).toBe('unwritable')
  })

  test.each(['', 'GET /\r\nHost: a HTTP/1.1', 'GET /\n', 'GET /ä HTTP/1.1', 'GET /\x7f HTTP/1.1'])(
    'the first line %j',
    (first) => {
      expect(fault(() => writeMessage(first, [['host', 'a']], NOTHING))).toBe('unwritable')
    },
  )
})
