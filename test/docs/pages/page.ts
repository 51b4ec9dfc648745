/**
 * The code blocks of a page, and what is done with them. A block of TypeScript, C, Rust or JSON whose first line is a comment
 * with a path is that file; the other TypeScript of a page is one module, `page.ts`. A block `sh` is run in the page's
 * folder, in order; a block `text` after it is what it prints, where `…` stands for anything.
 */

/** A step of a page. `line` is the block's first line in it. */
export interface Step {
  readonly kind: 'file' | 'run' | 'prints'
  readonly line: number
  /** The path of a file. */
  readonly path: string
  readonly code: string
}

const BLOCK = /^( *)```(\w*)[^\n]*\n([\s\S]*?)^\1```$/gm
const PATH = /^(?:\/\/|#|\/\*)\s*([\w./-]+\.\w+|Dockerfile)\s*(?:\*\/)?$/

/** Languages whose blocks are files or the page's module. */
const CODE = new Set(['ts', 'c', 'rust', 'toml', 'json', 'yaml', 'html'])

/** The steps of a page in their order. @throws {Error} for a block that would not be run. */
export function stepsOf(markdown: string): Step[] {
  const steps: Step[] = []
  const module: { line: number; code: string }[] = []
  for (const { index, 2: language = '', 3: code = '' } of markdown.matchAll(BLOCK)) {
    const line = markdown.slice(0, index).split('\n').length + 1
    const [first = ''] = code.split('\n', 1)
    const path = PATH.exec(first)?.[1]
    if (language === 'sh') steps.push({ kind: 'run', line, path: '', code })
    else if (language === 'text' && steps.at(-1)?.kind === 'run')
      steps.push({ kind: 'prints', line, path: '', code })
    else if (CODE.has(language) && path) steps.push({ kind: 'file', line, path, code })
    else if (language === 'ts') module.push({ line, code })
    else throw new Error(`line ${line}: a block of "${language}" that would not be run`)
  }
  if (module.length === 0) return steps
  const { line } = module[0]!
  const code = module.map((block) => block.code).join('\n')
  return [
    ...steps,
    { kind: 'file', line, path: 'page.ts', code },
    { kind: 'run', line, path: '', code: 'node page.ts\n' },
  ]
}

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

/** The lines of a block `text` that `output` does not contain. */
export function missingLines(expected: string, output: string): string[] {
  const isThere = (line: string) =>
    new RegExp(`^${line.split('…').map(escaped).join('.*')}$`, 'm').test(output)
  return expected
    .split('\n')
    .map((line) => line.trimEnd())
    .filter((line) => line !== '' && line !== '…' && !isThere(line))
}

/** The files to which a page links, without their fragments; the addresses of the web are left out. */
export function linksOf(markdown: string): { path: string; fragment: string }[] {
  const prose = markdown.replaceAll(BLOCK, '')
  const targets = [...prose.matchAll(/\]\(([^)\s]+)\)|<img [^>]*src="([^"]+)"/g)].map(
    ([, link, image]) => link ?? image!,
  )
  return targets
    .filter((target) => !/^[a-z]+:/.test(target))
    .map((target) => {
      const [path = '', fragment = ''] = target.split('#')
      return { path, fragment }
    })
}

/** The fragments that GitHub makes of a page's headings. */
export function headingsOf(markdown: string): string[] {
  return [...markdown.replaceAll(BLOCK, '').matchAll(/^#+ (.+)$/gm)].map(([, title]) =>
    title!
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  )
}
