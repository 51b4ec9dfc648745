/**
 * What a guest can make its host hold: each row of SECURITY.md's table is driven to its bound, with far more than that, in
 * a process of its own whose resident memory is measured.
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

/** What is allowed beyond a bound: V8 makes arrays longer than asked for, and keeps pages that it has freed. */
const FACTOR = 2
const SLACK = 64 * MIB

/** V8's nursery grows with garbage, and that is no memory that anybody holds. */
const FLAGS = ['--expose-gc', '--max-semi-space-size=4']

/** Bytes by which a process has grown that drove the row. */
async function growthOf(name: string): Promise<number> {
  const { stdout } = await promisify(execFile)(process.execPath, [...FLAGS, MEASURE, name])
  return (JSON.parse(stdout) as { grown: number }).grown
}

const mostOf = ({ bound }: MemoryRow) => FACTOR * bound + SLACK

describe('resident memory', () => {
  test.each(Object.keys(ROWS))('%s: within its bound', async (name) => {
    expect(await growthOf(name)).toBeLessThanOrEqual(mostOf(ROWS[name]!))
  })

  test('what has no bound is seen (the control)', async () => {
    expect(await growthOf('control')).toBeGreaterThan(mostOf(CONTROL))
  })

  test('every row is driven with more than it may hold', () => {
    for (const [name, row] of Object.entries(ROWS)) expect(mostOf(row), name).toBeLessThan(DRIVEN)
  })
})

describe('the table', () => {
  /** A number of bytes as the table has it. */
  const words = (bytes: number) =>
    bytes < MIB ? `${bytes / KIB} KiB` : `${Math.round((bytes / MIB) * 100) / 100} MiB`
  const rows = SECURITY.split('## How much memory a guest can make its host use')[1]!
    .split('\n## ')[0]!
    .split('\n')
    .filter((line) => /^\| (?!What|---)/.test(line))
    .map((line) => line.split('|').map((cell) => cell.trim()))

  test('has every row, with its bound, and no other', () => {
    const driven = Object.entries(ROWS).map(([name, { bound }]) => `${name}: ${words(bound)}`)
    expect(rows.map(([, name, , bound]) => `${name}: ${bound}`).toSorted()).toEqual(driven.toSorted())
  })
})
