/** `npm run build:errors`: writes docs/errors.md, with each error code, from the table that `qt explain` uses. */
import { writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { NITRO_TEXTS, QT_TEXTS } from '../src/cli/core/error-texts.ts'
import type { ErrorEntry } from '../src/cli/errors/entry.ts'
import { ERRORS } from '../src/cli/errors/index.ts'

/** The page. */
export const PAGE: string = fileURLToPath(new URL('../docs/errors.md', import.meta.url))

const HEAD = [
  '<!-- Made by `npm run build:errors` from src/cli/errors. -->',
  '# Error codes',
  '',
  'Every error that webclave throws has one of these codes in `error.code`. `qt explain CODE` prints the same.',
  '',
]

function entry(code: string, { meaning, advice, cloud }: ErrorEntry): string[] {
  const lines = [`## ${code}`, '', meaning, '', `**What to do.** ${advice}`, '']
  if (!cloud) return lines
  const [qt, nitro] = cloud
  const clouds = `QingTian's code is ${qt} (${QT_TEXTS[qt]}), Nitro's ${nitro} (${NITRO_TEXTS[nitro]}).`
  return [...lines, clouds, '']
}

/** Its text. */
export function errorPage(): string {
  const entries = Object.entries(ERRORS).toSorted(([left], [right]) => (left < right ? -1 : 1))
  return [...HEAD, ...entries.flatMap(([code, about]) => entry(code, about))].join('\n')
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await writeFile(PAGE, errorPage())
