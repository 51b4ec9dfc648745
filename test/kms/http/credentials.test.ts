/** The parts of a signed request that both clouds have. */
import { expect, test } from 'vitest'
import { canonicalQuery } from '../../../src/kms/http/credentials.ts'

test('the canonical query is sorted and encoded as in RFC 3986', () => {
  expect(canonicalQuery("b=1&a=!'()*~ \u00e9")).toBe('a=%21%27%28%29%2A~%20%C3%A9&b=1')
})
