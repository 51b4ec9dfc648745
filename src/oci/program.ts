/** Decides whether an enclave can run what an image runs: WebAssembly, or JavaScript for Node. */
import { basename } from 'node:path/posix'
import { EnclaveError } from '../base/error.ts'
import type { ImageConfig } from './documents.ts'
import { describeFile, interpreterOf, isWasm } from './found.ts'
import { shown } from './refusal.ts'
import type { FileNode, Found, Tree } from './tree.ts'
import { programAt, SHELLS, wordsOf } from './words.ts'

/** What an enclave runs, and with which arguments. */
export interface Program {
  readonly kind: 'module' | 'script'
  readonly file: Found<FileNode>
  readonly args: readonly string[]
}

const SCRIPT = /\.[cm]?js$/
/** Options of Node that change nothing for a program in an enclave. */
const NODE_OPTION = /^--(?:enable-source-maps|no-warnings|no-deprecation|trace-warnings|trace-uncaught)$/
const HINT =
  'compile it for WASI (qt enclave cc for C, wasm32-wasip1 for Rust, GOOS=wasip1 for Go) or write it in JavaScript; as it is, it runs in a real QingTian or Nitro enclave'
const MANAGERS: ReadonlySet<string> = new Set(['npm', 'npx', 'yarn', 'pnpm'])

/** @throws {EnclaveError} E_OCI_ENTRY with what was found, if an enclave cannot run it; E_OCI_LINK. */
export function programOf(tree: Tree, config: ImageConfig): Program {
  const words = wordsOf(tree, config)
  const [first, ...rest] = words
  if (first === undefined)
    throw refuse('the image has no entry point', 'neither ENTRYPOINT nor CMD', {
      hint: 'name the program in the Dockerfile, such as ENTRYPOINT ["/app.wasm"] or CMD ["node", "server.js"]',
    })
  const name = basename(first)
  if (MANAGERS.has(name)) {
    throw refuse('a package manager starts the program', shown(words.join(' ')), {
      hint: 'name the program itself, such as CMD ["node", "server.js"]',
    })
  }
  if (name === 'node' || name === 'nodejs') return scriptOf(rest, tree, config)
  const path = programAt(first, tree, config) ?? besides(first, tree, config)
  const file = path === undefined ? undefined : tree.file(path)
  if (!file) throw refuse('the entry point is not in the image', shown(first))
  const { head } = file.node.content
  if (isWasm(head)) return { kind: 'module', file, args: rest }
  if (runsInNode(interpreterOf(head))) return script(file, rest)
  const shell = SHELLS.has(name) && rest[0] === '-c'
  throw refuse(
    'an enclave cannot run the entry point of the image',
    `${shown(path!).slice(1, -1)}, ${describeFile(head)}${shell ? ', for a command line that only a shell understands' : ''}`,
    shell ? { hint: 'name the program itself, such as ENTRYPOINT ["node", "server.js"]' } : {},
  )
}

/** Engines for WebAssembly start a module in the working directory without a path. */
function besides(word: string, tree: Tree, { workingDir }: ImageConfig): string | undefined {
  const path = `${workingDir}/${word}`
  return word.endsWith('.wasm') && tree.file(path) ? path : undefined
}

/** `#!/usr/bin/env node`, or the path of a Node, without options that matter. */
function runsInNode([program = '', ...options]: readonly string[]): boolean {
  const words = basename(program) === 'env' ? options.filter((each) => each !== '-S') : [program, ...options]
  return basename(words[0] ?? '') === 'node' && words.slice(1).every((word) => NODE_OPTION.test(word))
}

/** The script in the arguments of Node. */
function scriptOf(words: readonly string[], tree: Tree, config: ImageConfig): Program {
  const variable = (config.env['NODE_OPTIONS'] ?? '').split(/\s+/).filter(Boolean)
  const at = words.findIndex((word) => !NODE_OPTION.test(word))
  const start = words[at] === '--' ? at + 1 : at
  const named = at < 0 ? undefined : words[start]
  // The value of a variable may be a secret.
  if (!variable.every((word) => NODE_OPTION.test(word)))
    throw refuse('the image changes how Node runs', 'options in the variable NODE_OPTIONS')
  if (named === undefined) throw refuse('Node has no program', 'node without a file')
  if (named.startsWith('-')) throw refuse('the image changes how Node runs', `the option ${shown(named)}`)
  const path = named.startsWith('/') ? named : `${config.workingDir}/${named}`
  const file = [path, `${path}.js`, `${path}/index.js`].map((each) => tree.file(each)).find(Boolean)
  if (!file) throw refuse('the program of Node is not in the image', shown(named))
  return script(file, words.slice(start + 1))
}

function script(file: Found<FileNode>, args: readonly string[]): Program {
  if (SCRIPT.test(file.path.at(-1)!)) return { kind: 'script', file, args }
  throw refuse('the program of Node has a name that does not say what it is', shown(file.path.join('/')), {
    expected: 'a file that ends in .js, .mjs or .cjs',
    hint: 'give it such a name',
  })
}

function refuse(what: string, got: string, { expected = '', hint = HINT } = {}): EnclaveError {
  return new EnclaveError('E_OCI_ENTRY', {
    what,
    expected: expected || 'a WebAssembly module or component for WASI, or node with a JavaScript file',
    got,
    hint,
  })
}
