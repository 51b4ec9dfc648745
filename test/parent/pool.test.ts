/** The resources of a parent instance: each limit, and that released resources can be allocated again. */
import { describe, expect, test } from 'vitest'
import { assertCount, Pool } from '../../src/parent/pool.ts'

const refused = (code: string, more: object = {}) => expect.objectContaining({ code, ...more })

describe('a number of vCPUs or MiB', () => {
  test.each([1, Number.MAX_SAFE_INTEGER])('may be %d', (value) => {
    expect(() => assertCount('vcpus', value)).not.toThrow()
  })

  test.each([
    0,
    -1,
    0.5,
    1.5,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    Number.MAX_SAFE_INTEGER + 1,
    '1',
    undefined,
  ])('cannot be %s', (value) => {
    expect(() => assertCount('vcpus', value)).toThrow(
      refused('E_PARENT_OPTION', { what: 'vcpus is not a positive integer', got: String(value) }),
    )
  })

  test('is checked for both resources of a pool, and of a share', () => {
    expect(() => new Pool(0, 1)).toThrow(
      refused('E_PARENT_OPTION', { what: 'vcpus is not a positive integer' }),
    )
    expect(() => new Pool(1, 0)).toThrow(
      refused('E_PARENT_OPTION', { what: 'memoryMiB is not a positive integer' }),
    )
    const pool = new Pool(1, 1)
    expect(() => pool.take({ vcpus: 0, memoryMiB: 1 })).toThrow(
      refused('E_PARENT_OPTION', { what: 'vcpus is not a positive integer' }),
    )
    expect(() => pool.take({ vcpus: 1, memoryMiB: 0 })).toThrow(
      refused('E_PARENT_OPTION', { what: 'memoryMiB is not a positive integer' }),
    )
    expect(pool.shares).toBe(0)
  })
})

describe('a pool', () => {
  test('allocates all of its resources, and not more', () => {
    const pool = new Pool(2, 100)
    pool.take({ vcpus: 1, memoryMiB: 40 })
    expect(() => pool.take({ vcpus: 2, memoryMiB: 60 })).toThrow(
      refused('E_POOL_VCPUS', {
        expected: 'at most 1 of its 2',
        got: '2',
        hint: 'other enclaves use the rest: stop one, or request less',
      }),
    )
    expect(() => pool.take({ vcpus: 1, memoryMiB: 61 })).toThrow(
      refused('E_POOL_MEMORY', { expected: 'at most 60 of its 100', got: '61' }),
    )
    pool.take({ vcpus: 1, memoryMiB: 60 })
    expect(pool.shares).toBe(2)
  })

  test('that is unused has only the hint to request less', () => {
    expect(() => new Pool(2, 100).take({ vcpus: 3, memoryMiB: 1 })).toThrow(
      refused('E_POOL_VCPUS', { expected: 'at most 2 of its 2', hint: 'request less' }),
    )
  })

  test('can allocate again what is released', () => {
    const pool = new Pool(1, 100)
    const share = pool.take({ vcpus: 1, memoryMiB: 100, cid: 9 })
    pool.give(share)
    expect(pool.shares).toBe(0)
    expect(pool.take({ vcpus: 1, memoryMiB: 100, cid: 9 })).toEqual(share)
  })
})

describe('a CID', () => {
  const pool = () => new Pool(10, 100)
  const share = { vcpus: 1, memoryMiB: 1 }

  test('is the lowest free one from 4 on by default', () => {
    const onePool = pool()
    const cid = () => onePool.take(share).cid
    const first = onePool.take(share)
    expect([first.cid, cid()]).toEqual([4, 5])
    onePool.take({ ...share, cid: 6 })
    expect(cid()).toBe(7)
    onePool.give(first)
    expect([cid(), cid()]).toEqual([4, 8])
  })

  test.each([4, 0xfffffffe])('may be %d', (cid) => {
    expect(pool().take({ ...share, cid }).cid).toBe(cid)
  })

  test.each([-1, 0, 3, 4.5, 0xffffffff, Number.NaN])('must not be %d', (cid) => {
    expect(() => pool().take({ ...share, cid })).toThrow(
      refused('E_CID_RANGE', { expected: '4 to 4294967294', got: String(cid) }),
    )
  })

  test('can be used by only one enclave at a time', () => {
    const onePool = pool()
    onePool.take({ ...share, cid: 9 })
    expect(() => onePool.take({ ...share, cid: 9 })).toThrow(refused('E_CID_TAKEN', { got: '9' }))
    expect(onePool.take({ ...share, cid: 10 }).cid).toBe(10)
  })
})
