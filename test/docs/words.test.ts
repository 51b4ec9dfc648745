/**
 * The words of webclave: phrasings that an engineer who has never seen the project stumbles over, each with a better one.
 * They must not occur in the texts of `CLEAN`, and some of them nowhere. Whoever has cleaned a folder adds it to `CLEAN`.
 * Lines are scanned as they are, with their code: no identifier has spaces, and every phrase here has some.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** Folders and files that must have none of the phrases. */
const CLEAN = [
  'src/admission',
  'src/attestation',
  'src/base',
  'src/boundary',
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
  'src/parent',
  'src/platform',
  'src/proxy',
  'src/qtsm',
  'src/sdk',
  'src/service',
  'src/vsock',
  'web',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  'docs',
]

/** What is scanned for the phrases that must occur nowhere. */
const ALL = ['src', 'web', 'docs', 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'README.md', 'SECURITY.md']

interface Phrase {
  /** A space stands for any white space, with the asterisk or slashes of a comment that goes on in the next line. */
  readonly pattern: RegExp
  readonly reason: string
  /** A text that the pattern must find, and what to write instead. */
  readonly bad: string
  readonly better: string
  /** Whether it must not occur in `ALL` either. */
  readonly everywhere?: true
}

const PHRASES: readonly Phrase[] = [
  {
    pattern: /(?<!there )\b(?:is|are|was|were) none\b/,
    reason: 'reads as a riddle: say what is wrong',
    bad: 'a root that is none',
    better: 'an invalid root',
  },
  {
    pattern: /(?<!there )\b(?:is|are|was|were) no (?!longer|more)[a-z]/,
    reason: 'say "is not a", "invalid" or "missing"',
    bad: 'a message is no call',
    better: 'a message is not a call',
  },
  {
    pattern: /\b(?:has|have|had) not (?:enough|any|one|an?|the)\b/,
    reason: 'main verbs need "do"',
    bad: 'the parent instance has not enough vCPUs',
    better: 'the parent instance does not have enough vCPUs',
    everywhere: true,
  },
  {
    pattern: /\b(?:undefined|null|false|true|zero|negative|infinity|nothing|[0-9]) where\b/,
    reason: 'a condition begins with "if"',
    bad: 'undefined where the file is missing',
    better: 'undefined if the file is missing',
  },
  {
    pattern: /@throws (?:(?!\*\/|@)[^.])*? where /,
    reason: 'a condition begins with "if"',
    bad: '@throws {EnclaveError} E_FILE where it is missing',
    better: '@throws {EnclaveError} E_FILE if it is missing',
  },
  {
    pattern: /\bwhere there (?:is|are) (?:none|no|nothing|some|one|room)\b/,
    reason: 'a condition begins with "if"',
    bad: 'an empty text where there is none',
    better: 'an empty string if there is none',
  },
  {
    pattern: /\bcannot be (?:that|so) many\b/,
    reason: 'name the range',
    bad: 'packets cannot be that many',
    better: 'packets is out of range',
  },
  {
    pattern: /\b(?:says|tells|told) whose\b|\bwhose turn\b/i,
    reason: 'name what it is: the owner, the order, the state',
    bad: 'the part of a file’s state that says whose it is',
    better: 'the part of fs.Stats that tells the owner',
  },
  {
    pattern: /\bof ours\b/,
    reason: 'says neither whose nor what',
    bad: 'the certificate of a root of ours',
    better: 'the certificate of a root made by webclave',
  },
  {
    pattern: /\/\*\* See above\. \*\//,
    reason: 'tools show a docstring without what is above it',
    bad: '/** See above. */',
    better: '/** A reader of frames. */',
  },
  {
    pattern: /\bin charge\b/,
    reason: 'a service worker controls a page; others have an owner',
    bad: 'no service worker is in charge here',
    better: 'no service worker controls this page',
  },
  {
    pattern: /\bheld against\b|\bholds? \S+(?: \S+)? against\b/,
    reason: 'the word is "check"',
    bad: 'every length is held against what is left',
    better: 'every length is checked against the rest of the input',
  },
  {
    pattern: /\binside each other\b/,
    reason: 'the word is "nested"',
    bad: 'values inside each other',
    better: 'nested values',
  },
  {
    pattern: /\b(?:made|make|makes|making) (?:\S+ )?ready\b/,
    reason: 'the word is "prepare"',
    bad: 'the component cannot be made ready',
    better: 'the component cannot be prepared',
  },
  {
    pattern: /\bwhoever\b/i,
    reason: 'name who: the caller, the reader, the verifier',
    bad: 'whoever verifies needs the new one',
    better: 'give the new one to all verifiers',
  },
  {
    pattern: /\basked for\b/,
    reason: 'the word is "requested", or "expected"',
    bad: 'the nonce that was asked for',
    better: 'the requested nonce',
  },
  {
    pattern: /\bcut off\b/,
    reason: 'the word is "truncated"',
    bad: 'the core module is cut off',
    better: 'the core module is truncated',
  },
  {
    pattern: /\bnested too deep\b/,
    reason: 'an adverb is needed',
    bad: 'the message is nested too deep',
    better: 'the message is nested too deeply',
  },
  {
    pattern: /\bof a kind that\b|\bis of (?:another|the wrong) (?:kind|type)\b/,
    reason: 'say "has the wrong type" or "unsupported"',
    bad: 'the field is of the wrong type',
    better: 'the field has the wrong type',
  },
  {
    pattern: /\b(?:gives?|gave|given|giving) back\b/,
    reason: 'the words are "return" and "release"',
    bad: 'gives back the header',
    better: 'returns the header',
  },
  {
    pattern: /\bother tasks (?:have|had) (?:had )?their turn\b/,
    reason: 'the word is "yield"',
    bad: 'before other tasks have their turn',
    better: 'before yielding to other tasks',
  },
  {
    pattern: /\b(?:process|Node) from ending\b/,
    reason: 'a timer or Worker keeps a process alive',
    bad: 'it keeps its process from ending',
    better: 'it keeps its process alive',
    everywhere: true,
  },
  {
    pattern: /\bSPEC §|\bSPEC,? section\b|\bDESIGN decisions? \d/,
    reason: 'these documents are not in the repository: cite the public source',
    bad: 'the signature section (SPEC §7)',
    better: 'the signature section of an EIF (aws-nitro-enclaves-image-format)',
  },
  {
    pattern: /\bis not right\b/,
    reason: 'the word is "invalid"',
    bad: 'the member is not right',
    better: 'the member is invalid',
  },
  {
    pattern: /\bin no known\b|\bof no known\b/,
    reason: 'the word is "unknown"',
    bad: 'a frame of no known kind',
    better: 'a frame of an unknown kind',
    everywhere: true,
  },
  {
    pattern: /\bas (?:long|short|large|many) as can be\b/,
    reason: 'say "maximum", "minimum" or "shortest"',
    bad: 'a number as short as can be',
    better: 'a number in its shortest form',
    everywhere: true,
  },
  {
    pattern: /\bto be had\b/,
    reason: 'the word is "available"',
    bad: 'where no memory is to be had',
    better: 'if no memory is available',
    everywhere: true,
  },
]

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
    expect(findingsIn('/**\n * a root that is\n * none.\n */', PHRASES)).toMatchObject([
      { line: 2, found: 'is none' },
    ])
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
