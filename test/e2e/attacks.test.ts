/**
 * The hostile guests of guests/hostile end the same way in Chromium as in a Worker of Node, and other enclaves keep
 * running.
 */
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type BuildOptions, buildImage } from '../../src/image/index.ts'
import { type StaticServer, serveFolder } from '../../web/site/serve.ts'
import { fromText } from '../support/components.ts'
import { laboratoryImage } from '../support/laboratory.ts'
import { type AttackOptions, attackWith, type Report } from './attack-page.ts'
import { launchBrowser } from './browser.ts'

const project = fileURLToPath(new URL('../..', import.meta.url))
const SPECIAL = ['__proto__', 'constructor', 'toString']

interface Attack {
  /** The file in guests/hostile. @default the attack's name */
  guest?: string
  options?: AttackOptions
  image?: Omit<BuildOptions, 'app'>
  /** The expected end reason, in Node and in Chromium. */
  end: unknown
  /** What its console must contain afterwards. */
  printed?: RegExp
}

const debug = { debug: true }
const done = { kind: 'exited', status: 0 }

const ATTACKS: Readonly<Record<string, Attack>> = {
  'memory-bomb.wat': { end: done },
  'table-bomb.wat': { end: done },
  'early.wat': { end: done },
  'chatty.wat': {
    options: { ...debug, stopAfter: 20 },
    end: { kind: 'killed', message: 'out of patience' },
    printed: /one line of many\none line of many\n/,
  },
  'recursion.wat': { end: expect.objectContaining({ kind: 'stack-overflow' }) },
  'spin.wat': { options: { stopAfter: 20 }, end: { kind: 'killed', message: 'out of patience' } },
  'spin-with-a-limit': {
    guest: 'spin.wat',
    options: { cpuLimit: 200 },
    end: expect.objectContaining({ kind: 'deadline' }),
  },
  'spin-in-start.wat': {
    options: { startTimeout: 500 },
    end: { kind: 'not started', code: 'E_ENCLAVE_BOOT' },
  },
  'peek.wat': { end: { kind: 'trapped', message: expect.stringMatching(/out of bounds/) } },
  'handles.ts': {
    options: debug,
    end: expect.objectContaining({ kind: 'trapped' }),
    printed: /connections \d{3,4} listeners 256/,
  },
  'greedy.ts': {
    options: debug,
    end: expect.objectContaining({ kind: 'trapped' }),
    printed: /qtsm input-too-large qtsm-control 32\nread \d{1,5}\n/,
  },
  'escapes.ts': { options: debug, end: done, printed: /\\u001b\[2J.*\\u202e.*plain\ttext, naïve 漢字/s },
  'special-names.ts': {
    options: debug,
    image: {
      args: SPECIAL,
      files: new Map(SPECIAL.map((name) => [`${name}/${name}`, new TextEncoder().encode(name)])),
    },
    end: done,
    printed: /__proto__ is a file\nconstructor is a file\ntoString is a file/,
  },
  'clock-watcher.ts': { options: debug, end: done, printed: /Worker undefined fractions 0 steps [1-9]/ },
  'reach.ts': {
    options: debug,
    image: { args: ['9'] },
    end: done,
    printed:
      /0 unreachable\n1 unreachable\n2 unreachable\n.*9 unreachable\n10 unreachable\n4294967295 unreachable/s,
  },
}
const NAMES = Object.keys(ATTACKS)

const images = new Map<string, Uint8Array>()

async function imageOf(name: string): Promise<Uint8Array> {
  const { guest = name, image } = ATTACKS[name]!
  const path = join(project, 'guests/hostile', guest)
  const app = guest.endsWith('.wat') ? { component: await fromText(await readFile(path, 'utf8')) } : { path }
  return (await buildImage({ ...image, app })).eif
}

function check({ end, printed, served }: Report, attack: Attack): void {
  expect(end).toEqual(attack.end)
  if (attack.printed) expect(printed).toMatch(attack.printed)
  expect(served).toBeGreaterThan(0)
}

beforeAll(async () => {
  images.set('bystander', (await laboratoryImage()).eif)
  for (const name of NAMES) images.set(name, await imageOf(name))
}, 120_000)

describe('hostile guests in a Worker of Node', () => {
  test.each(NAMES)('%s', async (name) => {
    const { options } = ATTACKS[name]!
    check(await attackWith(images.get(name)!, images.get('bystander')!, options), ATTACKS[name]!)
  })
})

describe('hostile guests in Chromium', () => {
  let folder: string
  let server: StaticServer
  let browser: Browser
  let page: Page

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'webclave-attacks-'))
    // The output is as many folders below dist as the sources are, so that relative paths still work. Splitting keeps
    // modules that only Node loads in their own files.
    await build({
      entryPoints: [join(project, 'test/e2e/attack-page.ts')],
      bundle: true,
      format: 'esm',
      splitting: true,
      external: ['node:*'],
      logLevel: 'error',
      outdir: join(folder, 'bundle/page'),
      tsconfigRaw: {},
    })
    await cp(join(project, 'dist'), join(folder, 'dist'), { recursive: true })
    await cp(join(project, 'dist/service-worker.js'), join(folder, 'service-worker.js'))
    await writeFile(
      join(folder, 'page.js'),
      "import * as attacks from './bundle/page/attack-page.js'\nglobalThis.attacks = attacks\n",
    )
    await writeFile(
      join(folder, 'index.html'),
      '<!doctype html><script type="module" src="./page.js"></script>',
    )
    for (const [name, eif] of images) await writeFile(join(folder, `${name}.eif`), eif)
    server = await serveFolder({ root: folder, port: 0 })
    browser = await launchBrowser()
    page = await browser.newPage()
    await page.goto(server.url)
    await page.evaluate(async () => {
      // A module script has run before the load event.
      if (document.readyState !== 'complete')
        await new Promise((resolve) => addEventListener('load', resolve))
      await (globalThis as unknown as Bundle).attacks.isolateTab()
    })
  }, 300_000)

  afterAll(async () => {
    await browser?.close()
    await server?.close()
    await rm(folder, { recursive: true, force: true })
  })

  test.each(NAMES)('%s', async (name) => {
    const report = await page.evaluate(
      ([file, options]) => (globalThis as unknown as Bundle).attacks.attackWithFiles(file!, options!),
      [name, ATTACKS[name]!.options ?? {}] as const,
    )
    check(report, ATTACKS[name]!)
  })
})

/** The global variable that page.js sets. */
interface Bundle {
  attacks: typeof import('./attack-page.ts')
}
