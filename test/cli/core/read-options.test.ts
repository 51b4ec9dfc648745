/** Parsing of options and operands, at their limits. */
import { describe, expect, test } from 'vitest'
import type { Command, OptionSpec } from '../../../src/cli/core/command.ts'
import { readOptions } from '../../../src/cli/core/read-options.ts'

const command = (options: Command['options'], operands?: readonly string[]): Command => ({
  name: 'try',
  summary: 'tries',
  example: 'qt try it',
  options,
  ...(operands && { operands }),
  run: async () => 0,
})
const text: OptionSpec = { type: 'string', help: 'a text' }
const refused = (code: string, what: string) => expect.objectContaining({ code, what })

describe('a whole number', () => {
  const bounded = command({ n: { ...text, integer: { min: 2, max: 8, step: 2 } } })
  const free = command({ n: { ...text, integer: { min: -1, max: 3 } } })

  test.each(['2', '4', '8', '08'])('%s is within its bounds', (word) => {
    expect(readOptions(bounded, ['--n', word]).integer('n')).toBe(Number(word))
  })

  test.each(['0', '1', '3', '9', '10', '', '2.0', '+2', '2 '])('%j is rejected', (word) => {
    const error = expect.objectContaining({
      code: 'E_USAGE',
      what: 'invalid --n',
      expected: 'a multiple of 2 from 2 to 8',
      got: word === '' ? 'nothing' : word,
    })
    expect(() => readOptions(bounded, [`--n=${word}`])).toThrow(error)
  })

  test('may be negative if its bounds allow it, attached with an equals sign', () => {
    expect(readOptions(free, ['--n=-1']).integer('n')).toBe(-1)
    const error = expect.objectContaining({ expected: 'a whole number from -1 to 3', got: '-2' })
    expect(() => readOptions(free, ['--n=-2'])).toThrow(error)
    expect(() => readOptions(free, ['--n', '-1'])).toThrow(refused('E_USAGE', '--n needs a value'))
  })
})

describe('a string option', () => {
  test('is the next argument; a value that looks like an option must be attached', () => {
    const one = command({ n: { ...text, value: 'NAME', short: 'n' } })
    for (const args of [['--n', 'a b'], ['--n=a b'], ['-n', 'a b']])
      expect(readOptions(one, args).text('n')).toBe('a b')
    expect(readOptions(one, ['--n', '-']).text('n')).toBe('-')
    expect(readOptions(one, ['--n=--other']).text('n')).toBe('--other')
    expect(readOptions(one, ['--n=']).text('n')).toBe('')
    for (const args of [
      ['--n', '--verbose'],
      ['--n', '-x'],
    ]) {
      const error = expect.objectContaining({
        what: '--n needs a value',
        expected: `--n=${args[1]}, if that is the value`,
      })
      expect(() => readOptions(one, args)).toThrow(error)
    }
    expect(() => readOptions(command({ n: text }), ['--n'])).toThrow(
      expect.objectContaining({ expected: '--n VALUE' }),
    )
  })

  test('may be repeated only if it is repeatable, and keeps its order', () => {
    const several = command({ n: { ...text, multiple: true }, m: text })
    const options = readOptions(several, ['--n', 'b', '--n=a', '--m', 'c'])
    expect(options.list('n')).toEqual(['b', 'a'])
    expect(options.text('n')).toBeUndefined()
    expect(options.list('m')).toEqual([])
    expect(() => readOptions(several, ['--m=1', '--m=1'])).toThrow(refused('E_USAGE', '--m is given twice'))
  })

  test('is checked each time it is repeated', () => {
    const several = command({ n: { ...text, multiple: true, choices: ['a', 'b'] } })
    expect(readOptions(several, ['--n=a', '--n=b']).list('n')).toEqual(['a', 'b'])
    expect(() => readOptions(several, ['--n=a', '--n=c'])).toThrow(
      expect.objectContaining({ what: 'invalid --n', expected: 'a, b', got: 'c' }),
    )
  })

  test('defaults to its default or to undefined', () => {
    const options = readOptions(command({ n: { ...text, default: '7' }, m: text }), [])
    expect([options.text('n'), options.integer('n'), options.text('m'), options.integer('m')]).toEqual([
      ...['7', 7, undefined, undefined],
    ])
    expect(options.need('m')).toBe('')
    expect(readOptions(command({ n: { ...text, default: '7' } }), ['--n=']).text('n')).toBe('')
  })
})

describe('a flag', () => {
  const flagged = command({
    dry: { type: 'boolean', help: 'no', short: 'd' },
    on: { type: 'boolean', help: 'on' },
  })

  test('takes no value', () => {
    const options = readOptions(flagged, ['-d'])
    expect([options.flag('dry'), options.flag('on'), options.text('dry')]).toEqual([true, false, undefined])
    for (const value of ['', 'true']) {
      const error = expect.objectContaining({
        what: '--on takes no value',
        expected: '--on',
        got: `--on=${value}`,
      })
      expect(() => readOptions(flagged, [`--on=${value}`])).toThrow(error)
    }
  })
})

describe('options', () => {
  test('are rejected if they are unknown, even with names such as constructor', () => {
    for (const name of ['nonsense', 'constructor', '__proto__', 'toString'])
      expect(() => readOptions(command({}), [`--${name}`])).toThrow(
        refused('E_USAGE', `unknown option --${name}`),
      )
    expect(() => readOptions(command({}), ['-z'])).toThrow(refused('E_USAGE', 'unknown option -z'))
  })

  test('that exclude each other are rejected in any order', () => {
    const two = command({ a: { ...text, excludes: ['c', 'b'] }, b: text, c: text })
    for (const args of [
      ['--a=1', '--b=1'],
      ['--b=1', '--a=1'],
    ])
      expect(() => readOptions(two, args)).toThrow(
        refused('E_USAGE_CONFLICT', '--a and --b exclude each other'),
      )
    expect(readOptions(two, ['--b=1', '--c=1']).text('b')).toBe('1')
  })

  test('that are required must be present', () => {
    const needed = command({ a: { ...text, required: true } })
    expect(() => readOptions(needed, [])).toThrow(
      refused('E_USAGE_MISSING', 'missing necessary argument --a'),
    )
    expect(readOptions(needed, ['--a=']).text('a')).toBe('')
  })
})

describe('operands', () => {
  const args = ['one', 'two', 'three']
  test.each<[operands: string[], least: number, most: number]>([
    [[], 0, 0],
    [['A'], 1, 1],
    [['[A]'], 0, 1],
    [['A', '[B]'], 1, 2],
    [['A', 'B'], 2, 2],
  ])('%j may be given in the right number', (operands, least, most) => {
    for (let count = 0; count <= args.length; count++) {
      const given = args.slice(0, count)
      const read = () => readOptions(command({}, operands), given)
      if (count < least) expect(read).toThrow(expect.objectContaining({ code: 'E_USAGE_MISSING' }))
      else if (count > most)
        expect(read).toThrow(expect.objectContaining({ code: 'E_USAGE', got: given.join(' ') }))
      else expect(read().operands).toEqual(given)
    }
  })

  test('that are missing are reported', () => {
    expect(() => readOptions(command({}, ['A', 'B']), [])).toThrow(
      expect.objectContaining({ what: 'this command expects A and B', got: 'none' }),
    )
    expect(() => readOptions(command({}), ['a'])).toThrow(
      expect.objectContaining({ what: 'this command expects only options' }),
    )
  })

  test('are available, and so are all arguments', () => {
    const given = ['--verbose', 'one', '--', '--two']
    const options = readOptions(command({}, ['A', 'B']), given)
    expect(options.words).toEqual(given)
    expect(options.operands).toEqual(['one', '--two'])
  })
})
