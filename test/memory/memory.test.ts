/**
 * The memory that a guest can make its host use: each row of SECURITY.md's table is driven to its limit with far more
 * data, in a new process whose resident memory is measured.
 */
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { DRIVEN, KIB, type MemoryRow, MIB } from './row.ts'
import { CONTROL, ROWS } from './rows.ts'

const MEASURE = fileURLToPath(new URL('measure.ts', import.meta.url))
const SECURITY = readFileSync(new URL('../../SECURITY.md', import.meta.url), 'utf8')

/** What is allowed beyond a limit: V8 allocates larger arrays than requested, and keeps freed pages. */
const FACTOR = 2
const SLACK = 64 * MIB

/** V8's young generation grows with garbage, which would count as resident memory. */
const FLAGS = ['--expose-gc', '--max-semi-space-size=4']

/** The growth in bytes of a process that drives the row. */
async function growthOf(name: string): Promise<number> {
  const { stdout } = await promisify(execFile)(process.execPath, [...FLAGS, MEASURE, name])
  return (JSON.parse(stdout) as { grown: number }).grown
}

const mostOf = ({ bound }: MemoryRow) => FACTOR * bound + SLACK

describe('resident memory', () => {
  test.each(Object.keys(ROWS))('%s: stays within its limit', async (name) => {
    const most = mostOf(ROWS[name]!)
    let least = await growthOf(name)
    // V8 returns pages when it likes: what is kept shows in every process, garbage does not.
    for (let again = 0; again < 2 && least > most; again++) least = Math.min(least, await growthOf(name))
    expect(least).toBeLessThanOrEqual(most)
  })

  test('grows without a limit in the control', async () => {
    expect(await growthOf('control')).toBeGreaterThan(mostOf(CONTROL))
  })

  test('is tested with more data than the limit of each row', () => {
    for (const [name, row] of Object.entries(ROWS)) expect(mostOf(row), name).toBeLessThan(DRIVEN)
  })
})

describe('the table', () => {
  /** A number of bytes in the notation of the table. */
  const words = (bytes: number) =>
    bytes < MIB ? `${bytes / KIB} KiB` : `${Math.round((bytes / MIB) * 100) / 100} MiB`
  const rows = SECURITY.split('## How much memory a guest can make its host use')[1]!
    .split('\n## ')[0]!
    .split('\n')
    .filter((line) => /^\| (?!What|---)/.test(line))
    .map((line) => line.split('|').map((cell) => cell.trim()))

  test('contains exactly these rows, with their limits', () => {
    const driven = Object.entries(ROWS).map(([name, { bound }]) => `${name}: ${words(bound)}`)
    expect(rows.map(([, name, , bound]) => `${name}: ${bound}`).toSorted()).toEqual(driven.toSorted())
  })
})
