/** The log of events of enclaves. */
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { log, logFile } from '../../src/keeper/log.ts'
import { useHome } from './own-home.ts'

const MAX_LENGTH = 1 << 20
const home = useHome()
const read = (name: string) => readFileSync(home.state(name), 'utf8')
const fill = (name: string, text: string, length = MAX_LENGTH) => {
  mkdirSync(home.state(), { recursive: true, mode: 0o700 })
  writeFileSync(home.state(name), text.padEnd(length))
}

describe('the log', () => {
  test('has one JSON object per line, and is accessible to its user only', () => {
    log('started', { id: 7, debug: true, name: undefined })
    log('ended')
    expect(logFile()).toBe(home.state('enclaves.log'))
    const [first, second, ...rest] = read('enclaves.log').split('\n')
    expect(JSON.parse(first!)).toEqual({
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      pid: process.pid,
      event: 'started',
      id: 7,
      debug: true,
    })
    expect(JSON.parse(second!)).toMatchObject({ event: 'ended' })
    expect(rest).toEqual([''])
    expect(statSync(logFile()).mode & 0o777).toBe(0o600)
    expect(statSync(home.state()).mode & 0o777).toBe(0o700)
  })

  test('continues its file up to 1 MiB', () => {
    fill('enclaves.log', 'old', MAX_LENGTH - 1)
    log('new')
    expect(readdirSync(home.state())).toEqual(['enclaves.log'])
    expect(read('enclaves.log')).toMatch(/^old/)
  })

  test('starts a new file after 1 MiB, and keeps two older ones', () => {
    for (const text of ['first', 'second', 'third']) {
      fill('enclaves.log', text)
      log('new')
      expect(read('enclaves.log')).toMatch(/^\{.*\}\n$/)
      expect(read('enclaves.log.1')).toMatch(new RegExp(`^${text} `))
    }
    expect(read('enclaves.log.2')).toMatch(/^second /)
    expect(readdirSync(home.state()).sort()).toEqual(['enclaves.log', 'enclaves.log.1', 'enclaves.log.2'])
  })

  test('renames older files only if they exist', () => {
    fill('enclaves.log', 'newest')
    fill('enclaves.log.2', 'oldest')
    log('new')
    expect(read('enclaves.log.1')).toMatch(/^newest /)
    expect(read('enclaves.log.2')).toMatch(/^oldest /)
  })

  test('does not throw if it cannot be written', () => {
    mkdirSync(home.state('enclaves.log'), { recursive: true, mode: 0o700 })
    expect(() => log('lost')).not.toThrow()
    expect(existsSync(home.state('enclaves.log.1'))).toBe(false)
  })
})
