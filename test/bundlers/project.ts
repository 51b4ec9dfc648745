/**
 * The project of docs/bundlers.md, with the packed package and the bundlers that the page names: its files are those of
 * the page, its commands are the page's. `copied/` is the project of bundlers that take no files along.
 */
import { chmodSync, copyFileSync, cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'vitest'
import { compiledGuest } from '../../scripts/compiled-guests.ts'
import { buildImage } from '../../src/image/index.ts'
import { cachedInstall } from '../support/cached-install.ts'
import { Home } from '../support/home.ts'
import { npm, pack } from '../support/package.ts'
import type { Outcome } from '../support/qt.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const page = readFileSync(join(root, 'docs/bundlers.md'), 'utf8')

/** The versions of the page. */
export const BUNDLERS = {
  vite: '8.4.0',
  webpack: '5.113.0',
  'webpack-cli': '7.3.1',
  '@rspack/core': '2.3.4',
  '@rspack/cli': '2.2.8',
  rolldown: '1.3.3',
  esbuild: '0.28.2',
  parcel: '2.16.4',
} as const
/** Programs for this machine, without the scripts that would choose them. */
const RUNTIMES = { '@oven/bun-linux-x64': '1.4.5', '@deno/linux-x64-glibc': '2.9.6' } as const
const PROGRAMS = { bun: '@oven/bun-linux-x64/bin/bun', deno: '@deno/linux-x64-glibc/deno' } as const
/** Whether Bun and Deno are installed. */
export const hasRuntimes: boolean = process.platform === 'linux' && process.arch === 'x64'
if (!hasRuntimes) console.error('LEFT OUT: Bun and Deno, which are installed here for Linux on x64 only')

/** The page's blocks of `language` whose first line is a comment, by what the comment says. */
function blocks(language: string): Map<string, string> {
  const found = page.matchAll(
    new RegExp(`^\`\`\`${language}\n(?://|<!--|#) (.*?)(?: -->)?\n([\\s\\S]*?)^\`\`\`$`, 'gm'),
  )
  return new Map([...found].map(([, name, code]) => [name!, code!]))
}
const commands = blocks('sh')

/** Compiled guests that the page's project starts besides the TypeScript application. */
const GUESTS = ['echo-assemblyscript', 'echo-c', 'echo-rust']

/** What the page of the tests does after what the documented one does. */
const MORE = `
import { buildImage } from 'webclave/image'
import { answer } from './enclave.js'
async function all() {
  const answers = { typescript: document.body.textContent.trim() }
  for (const name of await (await fetch('guests.json')).json()) {
    const component = new Uint8Array(await (await fetch(name + '.wasm')).arrayBuffer())
    const { eif } = await buildImage({ app: { component } })
    answers[name] = (await answer(eif, 'hello')).trim()
  }
  return answers
}
const show = (result) => {
  document.body.textContent = JSON.stringify(result)
  document.title = 'done'
}
export const more = () => all().then(show, fail)
export const fail = (error) => show({ error: error.message, code: error.code })
`

/** The installed project. */
export class Project implements AsyncDisposable {
  readonly home: Home = new Home()
  readonly folder: string = join(this.home.path, 'project')
  readonly copied: string = join(this.folder, 'copied')
  /** What each guest must answer. */
  readonly answers: Record<string, string> = { typescript: 'HELLO' }
  readonly #bundlers: string
  readonly #bin: string = join(this.home.path, 'runtimes')

  private constructor(bundlers: string) {
    this.#bundlers = bundlers
  }

  /** Installs it; undefined if there are no bundlers to install. */
  static async open(): Promise<Project | undefined> {
    const bundlers = cachedInstall('bundlers', { ...BUNDLERS, ...(hasRuntimes && RUNTIMES) })
    if (bundlers === undefined) return undefined
    const project = new Project(bundlers)
    await project.#prepare()
    return project
  }

  async #prepare(): Promise<void> {
    mkdirSync(join(this.copied, 'public'), { recursive: true })
    mkdirSync(join(this.folder, 'public'))
    mkdirSync(this.#bin)
    for (const [name, path] of hasRuntimes ? Object.entries(PROGRAMS) : []) {
      const program = join(this.#bundlers, 'node_modules', path)
      chmodSync(program, 0o755)
      symlinkSync(program, join(this.#bin, name))
    }
    writeFileSync(join(this.folder, 'package.json'), page.match(/```json\n(.*)\n```/)![1]!)
    npm(['install', pack(this.home.path)], this.folder)
    const files = new Map([...blocks('js'), ...blocks('html'), ['more.js', MORE]])
    const main = files
      .get('main.js')!
      .replace('void main()', "import('./more.js').then(({ more, fail }) => main().then(more, fail))")
    files.set('main.js', main)
    for (const folder of [this.folder, this.copied])
      for (const [name, code] of files) writeFileSync(join(folder, name), code)
    const index = files.get('index.html')!
    writeFileSync(join(this.copied, 'index.html'), index.replace('main.js', 'folder.js'))
    for (const [folder, script] of [
      [this.folder, 'copy-service-worker.js'],
      [this.copied, 'copy.js'],
    ] as const) {
      await this.#addGuests(join(folder, 'public'))
      expect(await this.home.run(process.execPath, [script], { cwd: folder })).toMatchObject({ status: 0 })
    }
  }

  async #addGuests(folder: string): Promise<void> {
    const { eif } = await buildImage({ app: { path: join(root, 'guests/echo') } })
    writeFileSync(join(folder, 'echo.eif'), eif)
    const names: string[] = []
    for (const name of GUESTS) {
      const path = await compiledGuest(name)
      if (path === undefined) continue
      copyFileSync(path, join(folder, `${name}.wasm`))
      names.push(name)
      this.answers[name] = 'hello'
    }
    writeFileSync(join(folder, 'guests.json'), JSON.stringify(names))
  }

  /** The environment of the page's commands. */
  get env(): NodeJS.ProcessEnv {
    const path = [this.#bin, join(this.#bundlers, 'node_modules/.bin'), this.home.env['PATH']].join(':')
    return {
      PATH: path,
      NO_COLOR: '1',
      DENO_DIR: join(this.#bundlers, 'deno'),
      DENO_NO_UPDATE_CHECK: '1',
      NODE_ENV: '',
    }
  }

  /** Runs the page's command named `name`. */
  run(name: string, folder: string = this.folder): Promise<Outcome> {
    return this.home.run('/bin/sh', ['-ec', commands.get(name)!], { cwd: folder, env: this.env })
  }

  /** Adds the static files to what a bundler has written into `out/NAME`; returns that folder. */
  addStatic(name: string, folder: string): string {
    const out = join(folder, 'out', name)
    cpSync(join(folder, 'public'), out, { recursive: true })
    const index = readFileSync(join(this.folder, 'index.html'), 'utf8')
    try {
      writeFileSync(join(out, 'index.html'), index, { flag: 'wx' })
    } catch {
      // Vite and Parcel have written it.
    }
    return out
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.home[Symbol.asyncDispose]()
  }
}

/** The names of all commands of the page. */
export const COMMANDS: readonly string[] = [...commands.keys()]
