/** Whether a file is private: owned by this user, and not accessible to others. */
import { expect, test, vi } from 'vitest'
import { intrusionOf, permissionsOf } from '../../src/platform/ownership.ts'

const own = process.getuid!()

test.each([
  ['of this user', 0o100600, own, undefined],
  ['that only this user may run', 0o40700, own, undefined],
  ['that the group may read', 0o100640, own, 'mode'],
  ['that the group may write', 0o100620, own, 'mode'],
  ['that others may run', 0o100601, own, 'mode'],
  ['of another user', 0o100600, own + 1, 'owner'],
  ['of another user, open to all', 0o100666, own + 1, 'owner'],
])('detects whether a file %s is private', (_, mode, uid, intrusion) => {
  expect(intrusionOf({ mode, uid })).toBe(intrusion)
})

test('on a system without user IDs every file is private', () => {
  vi.stubGlobal('process', {})
  expect(intrusionOf({ mode: 0o100666, uid: 77 })).toBeUndefined()
  vi.unstubAllGlobals()
})

test('permissions are shown in octal, without the type of file', () => {
  expect(permissionsOf({ mode: 0o100640, uid: 0 })).toBe('640')
})
