/** Small wrongs that can be done to a file: a comparison turned, a check dropped, a limit moved by one. */
import { parseSync } from 'vite'

/** One wrong: the characters from `start` to `end` become `text`. */
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

const TURNED: Readonly<Record<string, readonly string[]>> = {
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

/** What says nothing about behaviour: types, imports, and the words of errors. */
const PASSED_OVER = /^TS(?!AsExpression|NonNull|Satisfies)|^Import|^ExportAll/
const WORDS = new Set(['what', 'expected', 'got', 'hint', 'message', 'summary', 'help', 'example'])

/** Every wrong that can be done to `source`. */
export function mutationsOf(source: string): Mutation[] {
  const found: Mutation[] = []
  const add = ({ start, end }: Pick<Node, 'start' | 'end'>, text: string) => found.push({ start, end, text })
  const textOf = ({ start, end }: Node) => source.slice(start, end)
  const visit = (node: Node): void => {
    if (PASSED_OVER.test(node.type)) return
    if (node.type === 'Property' && WORDS.has(textOf(node['key'] as Node))) return
    mutate(node, textOf, add)
    // What an error says is words too; that it is thrown is not.
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
      // Texts are joined by the same sign as numbers are added.
      if (node['operator'] === '+' && (isText(left) || isText(right))) return
      for (const other of TURNED[node['operator'] as string] ?? [])
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
