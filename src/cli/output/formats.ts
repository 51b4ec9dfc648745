/** Output formats of results: those of knack, which QingTian's tool is built on. */
import { UsageError } from '../core/command.ts'
import { type Formatter, printable } from './output.ts'

type Rows = readonly (readonly [string, unknown])[][]

/**
 * A formatter for `form` that prints the part of a value that the JMESPath expression `query` selects.
 * @throws {UsageError} E_USAGE for an invalid expression.
 */
export async function formatter(form: string, query: string | undefined): Promise<Formatter> {
  const format = await formOf(form)
  if (query === undefined) return format
  const { compile, TreeInterpreter } = await import('@jmespath-community/jmespath')
  const meaning = explaining(query, () => compile(query))
  return (value) =>
    format(
      explaining(query, () =>
        TreeInterpreter.search(meaning, value as Parameters<typeof TreeInterpreter.search>[1]),
      ),
    )
}

function explaining<Result>(query: string, work: () => Result): Result {
  try {
    return work()
  } catch (cause) {
    throw new UsageError('E_USAGE', {
      what: `invalid --query: ${(cause as Error).message}`,
      expected: 'a JMESPath expression, such as [0].EnclaveCID',
      got: query,
      cause,
    })
  }
}

async function formOf(form: string): Promise<Formatter> {
  switch (form) {
    case 'none':
      return () => ''
    case 'table':
      return (value) => printable(table(value))
    case 'tsv':
      return (value) => printable(tsv(value))
    case 'yaml':
    case 'yamlc': {
      const { stringify } = await import('yaml')
      const write = (value: unknown) => printable(stringify(value ?? null))
      return form === 'yamlc' ? (value) => coloured(write(value), YAML_PARTS) : write
    }
    case 'json':
    case 'jsonc': {
      const write = (value: unknown) => printable(`${JSON.stringify(value ?? null, null, 2)}\n`)
      return form === 'jsonc' ? (value) => coloured(write(value), JSON_PARTS) : write
    }
    default:
      throw new UsageError('E_USAGE', { what: 'unknown --output', got: form })
  }
}

/** Rows of columns: one row for each item of a list, or one row for a single value. */
function rowsOf(value: unknown): Rows {
  const items = Array.isArray(value) ? value : value === null || value === undefined ? [] : [value]
  return items.map((item) =>
    typeof item === 'object' && item !== null ? Object.entries(item) : [['Result', item] as const],
  )
}

const cell = (value: unknown) =>
  typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value ?? '')

function tsv(value: unknown): string {
  return rowsOf(value)
    .map((row) => `${row.map(([, each]) => cell(each).replace(/[\t\n]/g, ' ')).join('\t')}\n`)
    .join('')
}

function table(value: unknown): string {
  const rows = rowsOf(value)
  const names = [...new Set(rows.flatMap((row) => row.map(([name]) => name)))]
  if (names.length === 0) return ''
  const cells = rows.map((row) => {
    const byName = new Map(row)
    return names.map((name) => cell(byName.get(name)))
  })
  const widths = names.map((name, at) =>
    Math.max(...[name, ...cells.map((row) => row[at]!)].map((text) => text.length)),
  )
  const line = (texts: readonly string[]) =>
    texts
      .map((text, at) => text.padEnd(widths[at]!))
      .join('  ')
      .trimEnd()
  return `${[names, widths.map((width) => '-'.repeat(width)), ...cells].map(line).join('\n')}\n`
}

const JSON_PARTS =
  /(?<name>"(?:[^"\\]|\\.)*"(?=:))|(?<text>"(?:[^"\\]|\\.)*")|(?<word>-?\d[\d.e+-]*|true|false|null)/g
// Within its line: over many empty ones a search that goes on beyond would take the square of their number.
const YAML_PARTS = /(?<name>^[ \t-]*\w+(?=:))/gm
const COLOURS: Readonly<Record<string, number>> = { name: 34, text: 32, word: 33 }

/** Colours `text` on a terminal, unless NO_COLOR is set. Untrusted parts of `text` are escaped already. */
function coloured(text: string, parts: RegExp): string {
  if (!process.stdout.isTTY || (process.env['NO_COLOR'] ?? '') !== '') return text
  return text.replace(parts, (part, ...rest) => {
    const groups = rest.at(-1) as Record<string, string | undefined>
    const kind = Object.keys(groups).find((name) => groups[name] !== undefined) ?? ''
    return `\u001b[${COLOURS[kind]}m${part}\u001b[0m`
  })
}
