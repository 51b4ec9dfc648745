/** The completion scripts for all shells, whether or not they are installed. */
import { describe, expect, test } from 'vitest'
import type { Command } from '../../../src/cli/core/command.ts'
import { completionScript } from '../../../src/cli/core/completion-scripts.ts'

const command = (name: string, options: Command['options'] = {}): Command => ({
  name,
  summary: `it’s 'so' \\ ${name}`,
  example: '',
  options,
  run: async () => 0,
})
const COMMANDS = [
  command('pool fill', {
    eif: { type: 'string', short: 'e', help: 'a file' },
    form: { type: 'string', choices: ['a', 'b'], help: 'a word' },
  }),
  command('pool empty'),
  command('look'),
]
const COMMON = '--help --output --query --only-show-errors --verbose --debug'
const FORMS = 'json jsonc none table tsv yaml yamlc'

const lines = (shell: string) => completionScript(shell, 'nitro-cli', COMMANDS).split('\n')

/** The part that bash and zsh share. */
const BODY = [
  '  case "$previous" in',
  `    --output) offers='${FORMS}' ;;`,
  "    --form) offers='a b' ;;",
  '    *) case "$chosen" in',
  "      '') offers='pool look' ;;",
  "      'pool') offers='fill empty' ;;",
  `      'pool fill') offers='${COMMON} --eif --form' ;;`,
  `      'pool empty') offers='${COMMON}' ;;`,
  `      'look') offers='${COMMON}' ;;`,
  '    esac ;;',
  '  esac',
]

describe.each(['bash', 'zsh'])('%s', (shell) => {
  test('offers commands, options and their values', () => {
    const written = lines(shell)
    const begin = written.indexOf(BODY[0]!)
    expect(written.slice(begin, begin + BODY.length)).toEqual(BODY)
    expect(written).toContain('_nitro_cli() {')
  })
})

test('each shell loads the script in its own way', () => {
  expect(lines('bash').at(-2)).toBe('complete -o filenames -F _nitro_cli nitro-cli')
  expect(lines('zsh')[0]).toBe('#compdef nitro-cli')
  expect(lines('zsh').at(-2)).toBe('compdef _nitro_cli nitro-cli')
  expect(lines('fish')[0]).toBe('# fish completion for nitro-cli: nitro-cli completion --shell fish | source')
})

test('fish gets each command once, with its summary, and each option with its values', () => {
  const written = lines('fish').filter((line) => line.startsWith('complete '))
  const after = (words: string) => `-n '__nitro-cli_is_after${words}'`
  const summary = (name: string) => `-d 'it’s \\'so\\' \\\\ ${name}'`
  const first = [
    `complete -c nitro-cli -f ${after('')} -a pool`,
    `complete -c nitro-cli -f ${after(' pool')} -a fill ${summary('pool fill')}`,
    `complete -c nitro-cli ${after(' pool fill')} -l help -d 'show this help' -s h`,
    `complete -c nitro-cli ${after(' pool fill')} -l output -d 'output format of the result' -s o -r -f -a '${FORMS}'`,
  ]
  expect(written.slice(0, 4)).toEqual(first)
  expect(written).toContain(`complete -c nitro-cli ${after(' pool fill')} -l eif -d 'a file' -s e -r`)
  expect(written).toContain(`complete -c nitro-cli ${after(' pool fill')} -l form -d 'a word' -r -f -a 'a b'`)
  expect(written).toContain(`complete -c nitro-cli -f ${after(' pool')} -a empty ${summary('pool empty')}`)
  expect(written).toContain(`complete -c nitro-cli -f ${after('')} -a look ${summary('look')}`)
  expect(written).toHaveLength(1 + 3 + 6 * 3 + 2)
})
