/** Small changes that can be made to a file: a comparison inverted, a check removed, a limit changed by one. */
import { parseSync } from 'vite'

/** A mutation: the characters from `start` to `end` are replaced with `text`. */
export interface Mutation {
  readonly start: number
  readonly end: number
  readonly text: string
}

interface Node {
  readonly type: string
  readonly start: number
  readonly end: number
  readonly [key: string]: unknown
}

const REPLACEMENTS: Readonly<Record<string, readonly string[]>> = {
  '<': ['<=', '>'],
  '<=': ['<', '>'],
  '>': ['>=', '<'],
  '>=': ['>', '<'],
  '===': ['!=='],
  '!==': ['==='],
  '+': ['-'],
  '-': ['+'],
  '*': ['/'],
  '/': ['*'],
  '<<': ['>>'],
  '>>': ['<<'],
  '>>>': ['<<'],
  '&': ['|'],
  '|': ['&'],
  '^': ['|'],
  '&&': ['||'],
  '||': ['&&'],
  '??': ['&&'],
}

/** Nodes without an effect on behaviour: types, imports, and the texts of errors. */
const SKIPPED = /^TS(?!AsExpression|NonNull|Satisfies)|^Import|^ExportAll/
const TEXTS = new Set(['what', 'expected', 'got', 'hint', 'message', 'summary', 'help', 'example'])

/** All mutations of `source`. */
export function mutationsOf(source: string): Mutation[] {
  const found: Mutation[] = []
  const add = ({ start, end }: Pick<Node, 'start' | 'end'>, text: string) => found.push({ start, end, text })
  const textOf = ({ start, end }: Node) => source.slice(start, end)
  const visit = (node: Node): void => {
    if (SKIPPED.test(node.type)) return
    if (node.type === 'Property' && TEXTS.has(textOf(node['key'] as Node))) return
    mutate(node, textOf, add)
    // The content of an error is text, too; only the throw itself is behaviour.
    if (node.type === 'ThrowStatement') return
    for (const value of Object.values(node)) {
      for (const child of Array.isArray(value) ? value : [value]) if (isNode(child)) visit(child)
    }
  }
  visit(parseSync('file.ts', source).program as unknown as Node)
  return found.toSorted((left, right) => left.start - right.start || left.end - right.end)
}

function mutate(
  node: Node,
  textOf: (node: Node) => string,
  add: (span: Pick<Node, 'start' | 'end'>, text: string) => void,
): void {
  const child = (name: string) => node[name] as Node
  switch (node.type) {
    case 'BinaryExpression':
    case 'LogicalExpression': {
      const [left, right] = [child('left'), child('right')]
      // The same operator joins strings and adds numbers.
      if (node['operator'] === '+' && (isText(left) || isText(right))) return
      for (const other of REPLACEMENTS[node['operator'] as string] ?? [])
        add(node, `(${textOf(left)}) ${other} (${textOf(right)})`)
      return
    }
    case 'IfStatement':
    case 'ConditionalExpression':
      add(child('test'), 'true')
      return add(child('test'), 'false')
    case 'UnaryExpression':
      if (node['operator'] === '!') add(node, textOf(child('argument')))
      return
    case 'ExpressionStatement':
      if (node['directive'] === undefined) add(node, ';')
      return
    case 'ThrowStatement':
      return add(node, ';')
    case 'Literal':
      if (typeof node['value'] === 'boolean') add(node, String(!node['value']))
      if (typeof node['value'] === 'number') {
        add(node, String(node['value'] + 1))
        if (node['value'] > 0) add(node, String(node['value'] - 1))
      }
  }
}

function isText({ type, value }: Node): boolean {
  return type === 'TemplateLiteral' || (type === 'Literal' && typeof value === 'string')
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && typeof (value as Node).type === 'string'
}
