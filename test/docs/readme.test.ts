/** The README says what is true: its example runs, and it is short. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))
const readme = readFileSync(`${root}/README.md`, 'utf8')

/** The lines of the example that is marked with `name`. */
function example(name: string): string[] {
  const [, code] = readme.match(new RegExp(`<!-- example: ${name} -->\n\`\`\`ts\n([\\s\\S]*?)\`\`\``)) ?? []
  return code?.trim().split('\n') ?? []
}

describe('the README', () => {
  test('has at most 5 kB', () => {
    expect(Buffer.byteLength(readme)).toBeLessThanOrEqual(5000)
  })

  test('shows an application, and an example of twelve lines that verifies its document', async () => {
    const guest = mkdtempSync(join(tmpdir(), 'readme-'))
    writeFileSync(join(guest, 'index.ts'), example('guest').join('\n'))
    const lines = example('parent')
    expect(lines.length).toBeLessThanOrEqual(14)
    const body = lines
      .map((line) => line.replace(/^import (\{.*\}) from ('.*')$/, 'const $1 = await load($2)'))
      .join('\n')
      .replace("'guests/attest'", JSON.stringify(guest))
    expect(body).toContain(guest)
    const AsyncFunction = (async () => {}).constructor as new (
      ...words: string[]
    ) => (
      load: (name: string) => Promise<unknown>,
    ) => Promise<{ ok: boolean; checks: { ok: boolean; reason: string }[] }>
    const { resolve } = createRequire(import.meta.url)
    const load = (name: string) => import(resolve(name))
    const before = process.cwd()
    process.chdir(root)
    try {
      const { ok, checks } = await new AsyncFunction('load', `${body}\nreturn { ok, checks }`)(load)
      expect(checks.filter((check) => !check.ok)).toEqual([])
      expect(ok).toBe(true)
    } finally {
      process.chdir(before)
      rmSync(guest, { recursive: true })
    }
  })
})
