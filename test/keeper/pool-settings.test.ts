/** The settings of the pool in both clouds' file formats, and all errors in them. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { poolSettings, readSettings, settingsFiles } from '../../src/keeper/pool-settings.ts'
import { useHome } from './own-home.ts'

const read = (...lines: string[]) => readSettings(lines.join('\n'), 'the file')

describe('qt-enclave-env.conf and allocator.yaml', () => {
  test.each<[what: string, lines: string[], memoryMiB: number, cpus: number[]]>([
    ['QingTian’s', ['# a comment', 'hugepage_size:1024', 'memory_mib:2048', 'cpu_count:2'], 2048, [1, 2]],
    ['QingTian’s, with a list', ['memory_mib:512', 'cpu_list:2,3'], 512, [2, 3]],
    ['Nitro’s', ['---', 'memory_mib: 512 # MiB', 'cpu_count: 3', ''], 512, [1, 2, 3]],
    ['Nitro’s, with a pool', ['memory_mib: 512', 'cpu_pool: 2,3,6-9'], 512, [2, 3, 6, 7, 8, 9]],
    ['values in quotes', ['memory_mib: "512"', "cpu_pool: '1, 2'"], 512, [1, 2]],
  ])('the format of %s can be read', (_, lines, memoryMiB, cpus) => {
    expect(read(...lines)).toEqual({ memoryMiB, cpus, maxEnclaves: undefined, source: 'the file' })
  })

  test('the number of enclaves can be set', () => {
    expect(read('memory_mib:512', 'cpu_count:2', 'max_enclaves:20').maxEnclaves).toBe(20)
  })

  test.each(['agency', 'role'])('%s names whom PCR3 measures', (key) => {
    const settings = ['memory_mib:512', 'cpu_count:2']
    const arn = 'arn:aws:iam::123456789012:role/app'
    expect(read(...settings, `${key}: ${arn}`).agency).toBe(arn)
    expect(read(...settings).agency).toBeUndefined()
  })

  test.each<[what: string, lines: string[], message: RegExp]>([
    [
      'two agencies',
      ['memory_mib:512', 'cpu_count:2', 'role:a', 'agency:b'],
      /line 4: agency and role exclude/,
    ],
    ['an empty agency', ['memory_mib:512', 'cpu_count:2', 'agency:'], /line 3: the agency is empty/],
    ['an empty file', [], /E_ENV_MISSING/],
    ['no vCPUs', ['memory_mib:512'], /E_ENV_MISSING/],
    ['no memory', ['cpu_count:2'], /E_ENV_MISSING/],
    ['a number and a list of vCPUs', ['memory_mib:512', 'cpu_count:2', 'cpu_list:2'], /line 3.*exclude/],
    ['a duplicate setting', ['memory_mib:512', 'memory_mib:512'], /line 2: memory_mib is set twice/],
    ['an unknown setting', ['memory_mb:512'], /line 1: unknown setting memory_mb/],
    ['a word instead of a number', ['memory_mib:lots'], /line 1: invalid memory_mib: lots/],
    ['an empty value', ['memory_mib:'], /invalid memory_mib: empty/],
    ['zero', ['memory_mib:0'], /memory_mib: 0/],
    ['a fraction', ['memory_mib:1.5'], /memory_mib: 1.5/],
    ['CPU 0', ['memory_mib:512', 'cpu_list:0,1'], /line 2: invalid entry in the list of vCPUs: 0/],
    ['a descending range', ['memory_mib:512', 'cpu_pool: 9-6'], /vCPUs: 9-6/],
    ['a list with an empty entry', ['memory_mib:512', 'cpu_pool: 1,,2'], /vCPUs: empty/],
    ['a duplicate vCPU', ['memory_mib:512', 'cpu_pool: 1,1-2'], /a duplicate/],
    [
      'an unknown page size',
      ['hugepage_size:4', 'memory_mib:512', 'cpu_count:2'],
      /invalid hugepage_size: 4/,
    ],
    [
      'memory that is not a multiple of the page size',
      ['hugepage_size:1024', 'memory_mib:1536', 'cpu_count:2'],
      /not a multiple of hugepage_size/,
    ],
  ])('%s causes an error', (_, lines, message) => {
    expect(() => read(...lines)).toThrow(message)
  })
})

describe('a line', () => {
  const timeOf = (line: string) => {
    const begun = performance.now()
    expect(() => read(line)).toThrow('unknown setting')
    return performance.now() - begun
  }

  test('is parsed in time proportional to its length, also if it has many spaces', () => {
    const control = timeOf(`a${'b'.repeat(200_000)}c`)
    // A regular expression with backtracking would take quadratic time.
    expect(timeOf(`a${' '.repeat(200_000)}c`)).toBeLessThan(10 * control + 500)
  })

  test('may have spaces around its colon', () => {
    for (const line of ['memory_mib:512', 'memory_mib : 512', ' memory_mib  :\t 512 '])
      expect(read(line, 'cpu_count:1').memoryMiB).toBe(512)
    expect(() => read('memory_mib:512:1', 'cpu_count:1')).toThrow('invalid memory_mib: 512:1')
    expect(() => read('memory_mib', 'cpu_count:1')).toThrow('invalid memory_mib: empty')
  })
})

describe('the range', () => {
  const memory = (value: string | number) => read(`memory_mib:${value}`, 'cpu_count:1').memoryMiB
  const count = (value: number) => read('memory_mib:512', `cpu_count:${value}`).cpus
  const list = (value: string) => read('memory_mib:512', `cpu_list:${value}`).cpus
  const most = (value: number) => read('memory_mib:512', 'cpu_count:1', `max_enclaves:${value}`).maxEnclaves

  test('of memory is 1 to 1048576 MiB', () => {
    expect([memory(1), memory(1_048_576)]).toEqual([1, 1_048_576])
    for (const value of [0, 1_048_577])
      expect(() => memory(value)).toThrow(
        `E_ENV_SETTING: the file, line 1: invalid memory_mib: ${value}; expected a whole number from 1 to 1048576`,
      )
  })

  test('of vCPUs is 1 to 1023, as a number or a list', () => {
    expect(count(1)).toEqual([1])
    expect(count(1023)).toEqual(Array.from({ length: 1023 }, (_, at) => at + 1))
    for (const value of [0, 1024])
      expect(() => count(value)).toThrow(/line 2: invalid cpu_count: .* 1 to 1023/)
    expect(list('1,1023')).toEqual([1, 1023])
    expect(list('1-1023')).toHaveLength(1023)
    for (const value of ['0', '0-1', '1024', '1023-1024'])
      expect(() => list(value)).toThrow(`invalid entry in the list of vCPUs: ${value}`)
  })

  test('of enclaves is 1 to 1023', () => {
    expect([most(1), most(1023)]).toEqual([1, 1023])
    for (const value of [0, 1024]) expect(() => most(value)).toThrow(/line 3: invalid max_enclaves/)
  })

  test('of a list may contain one vCPU, but none twice', () => {
    expect(list('7-7')).toEqual([7])
    expect(list(' 2 - 4 , 6 ')).toEqual([2, 3, 4, 6])
    expect(() => list('2-4,4')).toThrow('the list of vCPUs has a duplicate')
    expect(() => list('2-4-6')).toThrow('invalid entry in the list of vCPUs: 2-4-6')
    expect(() => list('')).toThrow('invalid entry in the list of vCPUs: empty')
  })

  test.each([
    [2, 512],
    [2, 2],
    [1024, 2048],
  ])('of memory allows pages of %i MiB with %i MiB', (size, memoryMiB) => {
    const settings = read(`hugepage_size:${size}`, `memory_mib:${memoryMiB}`, 'cpu_count:1')
    expect(settings.memoryMiB).toBe(memoryMiB)
  })

  test.each([
    [1, 512, /invalid hugepage_size: 1; expected 2 or 1024 \(MiB\)/],
    [3, 512, /invalid hugepage_size: 3/],
    [1023, 1023, /invalid hugepage_size: 1023/],
    [1025, 1025, /invalid hugepage_size: 1025/],
    ['', 512, /invalid hugepage_size: empty/],
    [2, 511, /line 1: memory_mib 511 is not a multiple of hugepage_size; expected a multiple of 2$/],
    [1024, 1025, /memory_mib 1025 is not a multiple/],
  ])('of memory does not allow pages of %s MiB with %i MiB', (size, memoryMiB, words) => {
    expect(() => read(`hugepage_size:${size}`, `memory_mib:${memoryMiB}`, 'cpu_count:1')).toThrow(words)
  })
})

describe('the lines of a file', () => {
  test('may be empty, comments, or document markers, which count as lines', () => {
    const before = ['', '# a comment', '  ', '---']
    expect(read(...before, 'memory_mib:512', 'cpu_count:1').memoryMiB).toBe(512)
    expect(() => read(...before, 'memory_mib:x')).toThrow(/line 5: invalid memory_mib: x/)
  })

  test('may have matching quotes around the value', () => {
    expect(read('memory_mib:"512"', "cpu_count:'1'").memoryMiB).toBe(512)
    expect(() => read('memory_mib:"512\'', 'cpu_count:1')).toThrow('invalid memory_mib: "512\'')
  })

  test('without a colon set an empty value', () => {
    expect(() => read('memory_mib')).toThrow('invalid memory_mib: empty')
    expect(() => read('memory_mib 512')).toThrow('unknown setting memory_mib 512')
    expect(() => read(':512')).toThrow('unknown setting')
  })

  test.each(['cpu_list', 'cpu_pool'])('cannot contain both cpu_count and %s', (name) => {
    expect(() => read('memory_mib:512', 'cpu_count:2', `${name}:2`)).toThrow(
      /line 3: cpu_count and a list of vCPUs exclude each other; expected one of the two/,
    )
  })
})

describe('the file', () => {
  const home = useHome()

  test('is the first that exists: this user’s, then QingTian’s, then Nitro’s', () => {
    const [qingtian, nitro, ...machine] = settingsFiles()
    const folder = join(home.path, 'config', 'webclave')
    expect([qingtian, nitro]).toEqual([join(folder, 'qt-enclave-env.conf'), join(folder, 'allocator.yaml')])
    expect(machine).toEqual([
      '/etc/qingtian/enclave/qt-enclave-env.conf',
      '/etc/nitro_enclaves/allocator.yaml',
    ])
    home.configure('memory_mib: 256\ncpu_count: 1', 'allocator.yaml')
    expect(poolSettings()).toMatchObject({ memoryMiB: 256, source: nitro })
    home.configure('memory_mib:512\ncpu_count:1')
    expect(poolSettings()).toMatchObject({ memoryMiB: 512, source: qingtian })
  })

  test('may be missing, then there is room for two enclaves', () => {
    const room = { memoryMiB: 2048, cpus: [1, 2, 3, 4], maxEnclaves: undefined, source: undefined }
    expect(poolSettings()).toEqual(room)
  })

  test('that cannot be read causes an error', () => {
    mkdirSync(settingsFiles()[0]!, { recursive: true })
    expect(() => poolSettings()).toThrow(/E_ENV_FILE: .*qt-enclave-env.conf cannot be read; got EISDIR/)
  })
})
