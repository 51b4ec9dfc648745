/** `npm run build:errors`: writes docs/errors, a page for each error code, from the table that `qt explain` uses. */
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { NITRO_TEXTS, QT_TEXTS } from '../src/cli/core/error-texts.ts'
import type { ErrorEntry } from '../src/cli/errors/entry.ts'
import { ERRORS } from '../src/cli/errors/index.ts'

const NOTE = '<!-- Made by `npm run build:errors` from src/cli/errors. -->'

function page(code: string, { meaning, advice, cloud }: ErrorEntry): string {
  const lines = [NOTE, `# ${code}`, '', meaning, '', `**What to do.** ${advice}`, '']
  if (cloud) {
    const [qt, nitro] = cloud
    lines.push(`QingTian's code is ${qt} (${QT_TEXTS[qt]}), Nitro's ${nitro} (${NITRO_TEXTS[nitro]}).`, '')
  }
  return lines.join('\n')
}

function index(): string {
  const rows = Object.entries(ERRORS)
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([code, { meaning }]) => `| [${code}](${code}.md) | ${meaning} |`)
  const head = [
    '# Error codes',
    '',
    'Every error that webclave throws has one of these codes in `error.code`.',
  ]
  return [NOTE, ...head, '', '| code | when |', '|---|---|', ...rows, ''].join('\n')
}

/** All pages, by their file names in docs/errors. */
export function errorPages(): ReadonlyMap<string, string> {
  const pages = Object.entries(ERRORS).map(([code, entry]) => [`${code}.md`, page(code, entry)] as const)
  return new Map([['README.md', index()], ...pages])
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = join(dirname(fileURLToPath(import.meta.url)), '../docs/errors')
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  for (const [name, text] of errorPages()) await writeFile(join(folder, name), text)
}
