/**
 * The words of webclave: phrasings that an engineer who has never seen the project stumbles over, each with a better one.
 * They must not occur in the texts of `CLEAN`, and some of them nowhere.
 * Lines are scanned as they are, with their code: no identifier has spaces, and every phrase here has some.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { PHRASES, type Phrase } from './phrases.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** The only file that has them. */
const PHRASE_TABLE = join(root, 'test/docs/phrases.ts')

/** Folders and files that must have none of the phrases. */
const CLEAN = [
  'src/admission',
  'src/attestation',
  'src/base',
  'src/boundary',
  'src/channel',
  'src/cli',
  'src/client',
  'src/encoding',
  'src/http1',
  'src/hypervisor',
  'src/image',
  'src/keeper',
  'src/kernel',
  'src/kms',
  'src/node',
  'src/oci',
  'src/parent',
  'src/platform',
  'src/proxy',
  'src/qtsm',
  'src/sdk',
  'src/service',
  'src/shared',
  'src/testing',
  'src/pool',
  'src/vsock',
  'bench',
  'examples',
  'guests',
  'scripts',
  'test',
  'web',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  'docs',
]

/** What is scanned for the phrases that must occur nowhere. */
const ALL = ['src', 'web', 'docs', 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'README.md', 'SECURITY.md']

/** `pattern` with its spaces widened, so that a phrase is also found across the lines of a comment. */
function widened({ source, flags }: RegExp): RegExp {
  return new RegExp(source.replaceAll(' ', '(?:\\s+(?:\\*\\s+|//\\s+)?)'), `g${flags}`)
}

/** The TypeScript and Markdown files of `place`, a folder or a file. */
function filesOf(place: string): string[] {
  const path = join(root, place)
  if (!statSync(path).isDirectory()) return [path]
  return readdirSync(path, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(?:ts|md|html)$/.test(name) && !name.includes('node_modules'))
    .map((name) => join(path, name))
    .filter((file) => file !== PHRASE_TABLE)
}

function findingsIn(
  text: string,
  phrases: readonly Phrase[],
): { line: number; found: string; phrase: Phrase }[] {
  return phrases.flatMap((phrase) =>
    [...text.matchAll(widened(phrase.pattern))].map(({ 0: found, index }) => {
      const line = text.slice(0, index).split('\n').length
      return { line, found: found.replaceAll(/\s+(?:\*\s+|\/\/\s+)?/g, ' '), phrase }
    }),
  )
}

function findings(places: readonly string[], phrases: readonly Phrase[]): string[] {
  return places
    .flatMap(filesOf)
    .flatMap((path) =>
      findingsIn(readFileSync(path, 'utf8'), phrases).map(
        ({ line, found, phrase: { reason, bad, better } }) =>
          `${relative(root, path)}:${line}: "${found}": ${reason}; for example "${better}" instead of "${bad}"`,
      ),
    )
}

describe('the list', () => {
  test.each(PHRASES)('finds "$bad", and not "$better"', (phrase) => {
    expect(findingsIn(phrase.bad, [phrase])).toHaveLength(1)
    expect(findingsIn(phrase.better, PHRASES)).toEqual([])
  })

  test('finds a phrase across two lines of a comment, at the first of them', () => {
    const comment = ['/**', ' * a root that is', ' * none.', ' */'].join('\n')
    expect(findingsIn(comment, PHRASES)).toMatchObject([{ line: 2, phrase: PHRASES[0] }])
    expect(findingsIn('// it has not\n  // enough', PHRASES)).toMatchObject([{ line: 1 }])
  })
})

test.each(CLEAN)('%s has none of the phrases', (place) => {
  expect(filesOf(place).length).toBeGreaterThan(0)
  expect(findings([place], PHRASES)).toEqual([])
})

test('the phrases marked "everywhere" occur nowhere', () => {
  expect(
    findings(
      ALL,
      PHRASES.filter(({ everywhere }) => everywhere),
    ),
  ).toEqual([])
})
