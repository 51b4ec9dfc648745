/** A line of the access log: what was asked and the status; nothing of the content, and little of what a client chooses. */
import { expect, test } from 'vitest'
import { logged } from '../../../src/cli/core/access-log.ts'

test('a request is printed once it is answered', async () => {
  const lines: string[] = []
  const fetch = logged(
    async () => new Response('answer', { status: 403 }),
    (line) => lines.push(line),
  )
  const headers = { 'x-amz-target': 'TrentService.Decrypt', authorization: 'secret' }
  const answer = await fetch(new Request('http://kms/?query', { method: 'POST', headers, body: 'body' }))
  expect(await answer.text()).toBe('answer')
  await fetch(new Request(`http://kms/v1.0/${'p'.repeat(200)}`))
  expect(lines).toEqual([
    expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z POST TrentService\.Decrypt 403 \d+ ms$/),
    expect.stringMatching(/ GET \/v1\.0\/p{74} 403 \d+ ms$/),
  ])
})
