/**
 * What jco's glue lacks against a guest: known texts of it are replaced, and glue that has another text in such a place
 * is refused, so that a new jco loses none of this unnoticed.
 */

/** Places in all tables of handles, waitable sets and subtasks that one enclave has, at most; the kernel allows fewer. */
const MAX_PLACES = 65_536
/** Numbers of resources that all tables remember to have made, at most. Those that are dropped where they were made are forgotten. */
const MAX_MADE = 131_072

const BEGINNING = /export function instantiate\([^{}]*\) \{/
/** Stands there; a dollar is in no name that jco makes of a guest's. Tables never become shorter. */
const COUNTERS = `
  let $places = 0, $made = 0
  const $place = () => {
    if (++$places > ${MAX_PLACES}) throw new WebAssembly.RuntimeError('more than ${MAX_PLACES} handles are open')
  }
  const $make = (table, rep) => {
    if (table._createdReps.has(rep)) return
    if (++$made > ${MAX_MADE}) throw new WebAssembly.RuntimeError('more than ${MAX_MADE} resources were made')
    table._createdReps.add(rep)
  }
  const $forget = (table, rep) => { if (table._createdReps.delete(rep)) $made-- }
  `

interface Edit {
  /** Where this is, there must be `known`. */
  part: string
  known: RegExp
  ours: string
  what: string
}

const EDITS: readonly Edit[] = [
  // A handle that was never given went onto the list of free ones in place of a trap.
  {
    part: 'function rscTableRemove(',
    known: /if \(val === 0 \|\| \(scope & T_FLAG\) !== 0\) \{/,
    ours: 'if (!val || (scope & T_FLAG) !== 0) {',
    what: 'drops handles',
  },
  {
    part: 'function rscTableCreateOwn(',
    known: /table\._createdReps\.add\(rep\);(\s+if \(free === 0\) \{\s+)table\.push\(0\);/,
    ours: '$make(table, rep);$1$place(); table.push(0);',
    what: 'makes handles',
  },
  {
    part: 'function rscTableCreateBorrow(',
    known: /table\.push\(scopeId\);/,
    ours: '$place(); table.push(scopeId);',
    what: 'lends handles',
  },
  {
    part: 'class RepTable',
    known: /this\.#data\.push\(val\);/,
    ours: '$place(); this.#data.push(val);',
    what: 'keeps waitable sets',
  },
  {
    part: 'handleEntry',
    known: /const handleEntry = rscTableRemove\((\w+), handle\);\s+if \(handleEntry\.own\) \{/g,
    ours: '$& $forget($1, handleEntry.rep);',
    what: 'ends resources',
  },
]

/** `glue` with those edits. @throws {Error} if the glue does not contain the expected text. */
export function withEdits(glue: string): string {
  let edited = glue
  for (const { part, known, ours, what } of EDITS) {
    if (!glue.includes(part)) continue
    const before = edited
    edited = edited.replace(known, ours)
    if (edited === before) throw new Error(`the transpiler ${what} in another way than is known`)
  }
  if (edited === glue) return glue
  if (!BEGINNING.test(edited)) throw new Error('the transpiler begins its glue in another way than is known')
  return edited.replace(BEGINNING, (beginning) => beginning + COUNTERS)
}
