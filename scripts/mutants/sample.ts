/** A reproducible sample of mutations of a room's files. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Mutation, mutationsOf } from './mutations.ts'

/** One mutation in one file. */
export interface Mutant extends Mutation {
  /** The path from the project's root. */
  readonly file: string
  readonly line: number
  /** The line before and after the mutation. */
  readonly before: string
  readonly after: string
}

/** A generator of numbers from 0 to below 1, the same for the same seed (mulberry32). */
function numbersFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** `count` mutants of the room `src/ROOM`, drawn from all of its files. */
export async function sample(root: string, room: string, count: number, seed: number): Promise<Mutant[]> {
  const names = (await readdir(join(root, 'src', room), { recursive: true })).filter((name) =>
    /(?<!\.d)\.ts$/.test(name),
  )
  const all: Mutant[] = []
  for (const name of names.toSorted()) {
    const file = join('src', room, name)
    const source = await readFile(join(root, file), 'utf8')
    for (const mutation of mutationsOf(source)) all.push(mutantOf(file, source, mutation))
  }
  const random = numbersFrom(seed)
  const chosen: Mutant[] = []
  while (chosen.length < count && all.length > 0)
    chosen.push(...all.splice(Math.floor(random() * all.length), 1))
  return chosen
}

/** `source` with the mutation. */
export function apply(source: string, { start, end, text }: Mutation): string {
  return source.slice(0, start) + text + source.slice(end)
}

function mutantOf(file: string, source: string, mutation: Mutation): Mutant {
  const from = source.lastIndexOf('\n', mutation.start - 1) + 1
  const rest = source.indexOf('\n', mutation.end)
  const to = rest < 0 ? source.length : rest
  return {
    ...mutation,
    file,
    line: source.slice(0, from).split('\n').length,
    before: source.slice(from, to).trim(),
    after: (source.slice(from, mutation.start) + mutation.text + source.slice(mutation.end, to)).trim(),
  }
}
