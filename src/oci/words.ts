/**
 * The words that an image runs, without what only starts them: a shell with one plain command, an init process, `env`, and
 * the entry script of the official Node images.
 */
import { basename } from 'node:path/posix'
import type { ImageConfig } from './documents.ts'
import { interpreterOf } from './found.ts'
import { tooMuch } from './refusal.ts'
import type { Tree } from './tree.ts'

/** What to run, and where programs are looked for. */
export interface Invocation {
  readonly words: readonly string[]
  readonly tree: Tree
  readonly config: ImageConfig
}

export const SHELLS: ReadonlySet<string> = new Set(['sh', 'ash', 'bash', 'dash'])
const INITS: ReadonlySet<string> = new Set(['tini', 'dumb-init', 'docker-init'])
/** Words that a shell takes as they are. A first word with `=` would be a variable, and `~` a folder. */
const PLAIN = /^[\w@%+:,./-]+(?: +[\w@%+=:,./-]+)* *$/

const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

/** The entry script of the official Node images, without its comments. */
const NODE_ENTRY = `set -e
if [ "\${1#-}" != "\${1}" ] || [ -z "$(command -v "\${1}")" ] || { [ -f "\${1}" ] && ! [ -x "\${1}" ]; }; then
set -- node "$@"
fi
exec "$@"`

/** How many programs may start each other; more than two are nobody's intention. */
const MAX_STARTERS = 16

/** The program that the image runs, with its arguments. @throws {EnclaveError} E_OCI_LIMIT */
export function wordsOf(tree: Tree, config: ImageConfig): readonly string[] {
  let words: readonly string[] = [...config.entrypoint, ...config.cmd]
  for (let starters = 0; starters <= MAX_STARTERS; starters++) {
    const shorter = withoutStarter({ words, tree, config })
    if (!shorter) return words
    words = shorter
  }
  throw tooMuch('too many programs only start another one', MAX_STARTERS, 'more')
}

/** Undefined if the first word is the program itself. */
function withoutStarter({ words, tree, config }: Invocation): readonly string[] | undefined {
  const [first = '', ...rest] = words
  const name = basename(first)
  if (SHELLS.has(name)) return rest[0] === '-c' ? plainWords(rest[1] ?? '') : undefined
  if (INITS.has(name)) {
    const inner = rest[0] === '--' ? rest.slice(1) : rest
    return inner[0]?.startsWith('-') ? undefined : inner
  }
  if (name === 'env') return rest[0] === undefined || /^-|=/.test(rest[0]) ? undefined : rest
  if (name !== 'docker-entrypoint.sh' || !isNodeEntry({ words, tree, config })) return undefined
  const isCommand = rest[0] !== undefined && programAt(rest[0], tree, config) !== undefined
  const isScript = /\.[cm]?js$/.test(rest[0] ?? '')
  if (isCommand && !isScript) return rest
  // It puts `node` before what is not a command. Two words become two: the second time the first one is `node`.
  return rest[0] === undefined ? undefined : ['node', ...rest]
}

/** Undefined for a text that a shell would interpret. */
function plainWords(text: string): string[] | undefined {
  if (!PLAIN.test(text.trim())) return undefined
  const words = text.trim().split(/ +/)
  return words[0] === 'exec' ? words.slice(1) : words
}

/** Another script of that name may do anything. */
function isNodeEntry({ words, tree, config }: Invocation): boolean {
  const path = programAt(words[0]!, tree, config)
  const head = path === undefined ? undefined : tree.file(path)?.node.content.head
  if (!head || !/(?:^|\/)sh$/.test(interpreterOf(head).join(' '))) return false
  const lines = new TextDecoder().decode(head).split('\n')
  const code = lines.map((line) => line.trim()).filter((line) => line !== '' && !line.startsWith('#'))
  return code.join('\n') === NODE_ENTRY
}

/** The path of the program that `word` names; undefined if there is no such file. */
export function programAt(word: string, tree: Tree, { env, workingDir }: ImageConfig): string | undefined {
  const folders = word.includes('/') ? [workingDir] : (env['PATH'] ?? DEFAULT_PATH).split(':')
  const paths = word.startsWith('/') ? [word] : folders.map((folder) => `${folder}/${word}`)
  return paths.find((path) => tree.file(path))
}
