/** The exact help texts of two example commands and of their program. */
import { expect, test } from 'vitest'
import type { Command } from '../../../src/cli/core/command.ts'
import { commandHelp, programHelp } from '../../../src/cli/core/help.ts'

const bare: Command = {
  name: 'look',
  summary: 'look around',
  example: 'qt look',
  options: {},
  run: async () => 0,
}
const full: Command = {
  ...bare,
  name: 'pool fill',
  operands: ['FROM', '[TO]'],
  options: {
    count: {
      type: 'string',
      short: 'c',
      value: 'N',
      integer: { min: 2, max: 62, step: 2 },
      default: '2',
      help: 'how many',
    },
    port: { type: 'string', value: 'N', integer: { min: 0, max: 9 }, required: true, help: 'where' },
    note: { type: 'string', value: 'TEXT', multiple: true, help: 'a word' },
    empty: { type: 'string', value: 'TEXT', default: '', help: 'a word that may be none' },
    output: { type: 'string', short: 'o', value: 'FORMAT', choices: ['json', 'text'], help: 'its form' },
    dry: { type: 'boolean', help: 'do nothing' },
  },
}

const COMMON = [
  '  --help, -h           show this help',
  '  --output, -o FORMAT  output format of the result (json, jsonc, none, table, tsv, yaml, yamlc; default json)',
  '  --query JMESPATH     print only this part of the result',
  '  --only-show-errors   print errors only, no other messages',
  '  --verbose            print more messages',
  '  --debug              print stack traces of errors',
]

test('a command without options shows only the global ones', () => {
  expect(commandHelp('qt', bare).split('\n')).toEqual([
    'qt look: look around',
    '',
    'Options of every command:',
    ...COMMON,
    '',
    'Example: qt look',
  ])
})

test('a command’s own options come first, each with its limits and default', () => {
  expect(commandHelp('qt', full).split('\n')).toEqual([
    'qt pool fill FROM [TO]: look around',
    '',
    '  --count, -c N        how many (2 to 62, in steps of 2; default 2)',
    '  --port N             where (0 to 9; required)',
    '  --note TEXT          a word (repeatable)',
    '  --empty TEXT         a word that may be none (default )',
    '  --output, -o FORMAT  its form (json, text)',
    '  --dry                do nothing',
    '',
    'Options of every command:',
    ...COMMON.filter((line) => !line.includes('--output')),
    '',
    'Example: qt look',
  ])
})

test('the longest option is followed by two spaces', () => {
  const long: Command = { ...bare, options: { 'a-name-of-great-length': { type: 'boolean', help: 'long' } } }
  expect(commandHelp('qt', long)).toContain('  --a-name-of-great-length  long\n')
})

test('help lists all commands of a program, or only those of a group', () => {
  const other: Command = { ...full, name: 'pool', example: 'qt pool' }
  const all = [bare, full, other, { ...full, name: 'pools drain' }]
  expect(programHelp('qt', all, '').split('\n')).toEqual([
    'Enclaves as WebAssembly: no hardware isolation; the attestation root is simulated.',
    '',
    '  qt look         look around',
    '  qt pool fill    look around',
    '  qt pool         look around',
    '  qt pools drain  look around',
    '',
    'Run qt COMMAND --help for the options of a command.',
    'Example: qt look',
  ])
  expect(programHelp('qt', all, 'pool').split('\n').slice(2, 4)).toEqual(['  qt pool fill  look around', ''])
})
