/** What command-line programs use: options, styles of text, patterns of file names. */
import path from 'node:path'
import util, { type ParseArgsConfig } from 'node:util'

const OPTIONS = {
  verbose: { type: 'boolean', short: 'v' },
  name: { type: 'string', short: 'n' },
  list: { type: 'string', multiple: true, short: 'l' },
  flag: { type: 'boolean', multiple: true },
  level: { type: 'string', default: 'low' },
  color: { type: 'boolean', default: true },
} as const

/** The result as JSON, or the name, the code and the message of the error. */
function parsed(args: string[], rest: Omit<ParseArgsConfig, 'args'> = {}): unknown {
  try {
    return util.parseArgs({ args, options: OPTIONS, ...rest })
  } catch (error) {
    const { name, code, message } = error as Error & { code?: string }
    return { name, code, message }
  }
}

const LINES: readonly [string, Omit<ParseArgsConfig, 'args'>?][] = [
  [''],
  ['--verbose --name=a=b --list 1 --list=2 -l3'],
  ['-v -n x'],
  ['-vn x', { tokens: true }],
  ['-vnx', { tokens: true }],
  ['-vvl1', { tokens: true }],
  ['--flag --flag'],
  ['--level high a b', { allowPositionals: true }],
  ['a -- --name b', { allowPositionals: true, tokens: true }],
  ['--name -', { tokens: true }],
  ['- a', { allowPositionals: true }],
  ['--no-color --no-verbose', { allowNegative: true, tokens: true }],
  ['--no-color'],
  ['--no-name', { allowNegative: true }],
  ['--name'],
  ['--name -v'],
  ['-n --verbose'],
  ['--name='],
  ['--verbose=1'],
  ['--unknown'],
  ['-x'],
  ['--unknown', { allowPositionals: true }],
  ['positional'],
  ['--unknown=1 --other -abc positional --name', { strict: false }],
  ['--__proto__=1', { strict: false }],
  ['--=a', { strict: false, tokens: true }],
]

const CONFIGURATIONS = [
  { options: { a: { type: 'number' } } },
  { options: { a: { type: 'string', short: 'ab' } } },
  { options: { a: { type: 'string', multiple: 1 } } },
  { options: { a: { type: 'string', default: 1 } } },
  { options: { a: { type: 'string', multiple: true, default: 'x' } } },
] as never as ParseArgsConfig[]

const PATTERNS = [
  ...[
    '*',
    '**',
    '*.js',
    '**/*.js',
    'a/**',
    'a/**/b',
    'a/*/b',
    '?.js',
    '[ab].js',
    '[!ab].js',
    '[a-c]?',
    '[[:alpha:]]*',
  ],
  ...[
    '{a,b}.js',
    '{a,b{c,d}}.js',
    'x{1..3}',
    'x{01..03}',
    'x{3..1}',
    '{,a}b',
    '{a}',
    '@(a|b).js',
    '+(a|b).js',
    '!(a).js',
  ],
  ...[
    '?(a)b',
    '.*',
    '.a*',
    '**/.a',
    '/**',
    '/a/*',
    'a//b',
    '**/a/**',
    '*/*',
    '!a',
    '#a',
    '(a|b)',
    'a$b',
    'a/../b',
    '[',
    '[]a]',
    '',
  ],
]
const PATHS = [
  ...[
    '',
    'a',
    'b',
    'ab',
    'a.js',
    'b.js',
    'c.js',
    'bc.js',
    'ab.js',
    '.a',
    '.a.js',
    'a/b',
    'a/c/b',
    'a/c/d/b',
    'a/.x/b',
    'a/b.js',
  ],
  ...[
    'x1',
    'x01',
    'a/',
    '/a',
    '/a/b',
    './a',
    'a//b',
    '[',
    ']',
    '{a}',
    '!a',
    '#a',
    'éa',
    '(a|b)',
    'a$b',
    'b/a/c',
    '..',
    '../b',
  ],
]

const ofPatterns = () =>
  PATTERNS.map((pattern) => [pattern, PATHS.filter((name) => path.matchesGlob(name, pattern))])

const ofStyles = () => {
  const style = (...given: unknown[]) => {
    try {
      return (util.styleText as (...given: unknown[]) => string)(...given)
    } catch (error) {
      return (error as { code: string }).code
    }
  }
  const always = { validateStream: false }
  return [
    style('red', 'text', always),
    style(['bold', 'underline', 'red'], 'text', always),
    style('none', 'text', always),
    style('nonsense', 'text', always),
    style('red', 1, always),
    style(['red', 'nonsense'], 'text'),
  ]
}

export function ofCommandLine(): unknown {
  return {
    lines: LINES.map(([line, rest]) => [line, parsed(line.split(' ').filter(Boolean), rest)]),
    configurations: CONFIGURATIONS.map((config) => (parsed([], config) as { code: string }).code),
    styles: ofStyles(),
    patterns: ofPatterns(),
    names: [path.toNamespacedPath('/a/b'), path.posix === path],
  }
}
