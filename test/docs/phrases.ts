/** Phrasings that an engineer who has never seen the project stumbles over, each with a better one. */

/** A phrasing that must not occur. */
export interface Phrase {
  /** A space stands for any white space, with the asterisk or slashes of a comment that goes on in the next line. */
  readonly pattern: RegExp
  readonly reason: string
  /** A text that the pattern must find, and what to write instead. */
  readonly bad: string
  readonly better: string
  /** Whether it must not occur in `ALL` either. */
  readonly everywhere?: true
}

export const PHRASES: readonly Phrase[] = [
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
