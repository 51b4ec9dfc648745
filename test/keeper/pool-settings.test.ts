/** Both clouds' files for the pool, and all that can be wrong in them. */
import { describe, expect, test } from 'vitest'
import { readSettings } from '../../src/keeper/pool-settings.ts'

const read = (...lines: string[]) => readSettings(lines.join('\n'), 'the file')

describe('qt-enclave-env.conf and allocator.yaml', () => {
  test.each<[what: string, lines: string[], memoryMiB: number, cpus: number[]]>([
    ['QingTian’s', ['# a comment', 'hugepage_size:1024', 'memory_mib:2048', 'cpu_count:2'], 2048, [1, 2]],
    ['QingTian’s, with a list', ['memory_mib:512', 'cpu_list:2,3'], 512, [2, 3]],
    ['Nitro’s', ['---', 'memory_mib: 512 # MiB', 'cpu_count: 3', ''], 512, [1, 2, 3]],
    ['Nitro’s, with a pool', ['memory_mib: 512', 'cpu_pool: 2,3,6-9'], 512, [2, 3, 6, 7, 8, 9]],
    ['words in quotes', ['memory_mib: "512"', "cpu_pool: '1, 2'"], 512, [1, 2]],
  ])('%s', (_, lines, memoryMiB, cpus) => {
    expect(read(...lines)).toEqual({ memoryMiB, cpus, maxEnclaves: undefined, source: 'the file' })
  })

  test('the number of enclaves can be set', () => {
    expect(read('memory_mib:512', 'cpu_count:2', 'max_enclaves:20').maxEnclaves).toBe(20)
  })

  test.each<[what: string, lines: string[], message: RegExp]>([
    ['nothing', [], /E_ENV_MISSING/],
    ['no vCPUs', ['memory_mib:512'], /E_ENV_MISSING/],
    ['no memory', ['cpu_count:2'], /E_ENV_MISSING/],
    ['both ways of vCPUs', ['memory_mib:512', 'cpu_count:2', 'cpu_list:2'], /line 3.*contradict/],
    ['a setting twice', ['memory_mib:512', 'memory_mib:512'], /line 2: memory_mib is set twice/],
    ['a setting that there is not', ['memory_mb:512'], /line 1: there is no setting memory_mb/],
    ['words for a number', ['memory_mib:lots'], /line 1: memory_mib cannot be lots/],
    ['an empty value', ['memory_mib:'], /memory_mib cannot be empty/],
    ['zero', ['memory_mib:0'], /cannot be 0/],
    ['a fraction', ['memory_mib:1.5'], /cannot be 1.5/],
    ['CPU 0', ['memory_mib:512', 'cpu_list:0,1'], /line 2: the list of vCPUs has 0 in it/],
    ['a range that runs backwards', ['memory_mib:512', 'cpu_pool: 9-6'], /has 9-6 in it/],
    ['a list with a hole', ['memory_mib:512', 'cpu_pool: 1,,2'], /has nothing in it/],
    ['a vCPU twice', ['memory_mib:512', 'cpu_pool: 1,1-2'], /one of them twice/],
    [
      'a page size that there is not',
      ['hugepage_size:4', 'memory_mib:512', 'cpu_count:2'],
      /hugepage_size cannot be 4/,
    ],
    [
      'part of a page',
      ['hugepage_size:1024', 'memory_mib:1536', 'cpu_count:2'],
      /no multiple of hugepage_size/,
    ],
  ])('%s is refused', (_, lines, message) => {
    expect(() => read(...lines)).toThrow(message)
  })
})
