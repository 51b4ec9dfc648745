/** docs/bundlers.md: each bundler's page starts enclaves, with what the page says and nothing else. */
import { type ChildProcess, spawn } from 'node:child_process'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type StaticServer, serveFolder } from '../../web/site/serve.ts'
import { launchBrowser } from '../e2e/browser.ts'
import { patience } from '../support/patience.ts'
import { COMMANDS, hasRuntimes, Project } from './project.ts'

let project: Project | undefined
let browser: Browser
beforeAll(async () => {
  project = await Project.open()
  browser = await launchBrowser()
}, 600_000)
afterAll(async () => {
  await browser?.close()
  await project?.[Symbol.asyncDispose]()
})

/** What the page at `url` shows at last, and what it complains of. */
async function visit(url: string): Promise<{ shown: unknown; complaints: string[] }> {
  const context = await browser.newContext()
  const page = await context.newPage()
  const [complaints, said]: [string[], string[]] = [[], []]
  page.on('pageerror', (error) => complaints.push(String(error)))
  await page.goto(url)
  page.on('console', (message) => said.push(message.text()))
  const isDone = page.waitForFunction(() => document.title === 'done', undefined, {
    timeout: patience(30_000),
  })
  await isDone.catch(async (cause: unknown) => {
    throw new Error(`the page shows nothing: ${[...complaints, ...said].join('\n')}`, { cause })
  })
  const shown = JSON.parse((await page.textContent('body'))!)
  await context.close()
  return { shown, complaints }
}

/** Serves a bundle as a host does that sends no special headers, and visits it. */
async function visitBundle(folder: string) {
  const server: StaticServer = await serveFolder({ root: folder, port: 0, bare: true })
  try {
    return await visit(server.url)
  } finally {
    await server.close()
  }
}

describe('a page made by', () => {
  test.each(['vite', 'webpack', 'rspack'])(
    '%s starts every kind of image, without configuration',
    async (name) => {
      if (!project) return
      const built = await project.run(name)
      expect(built, built.stdout + built.stderr).toMatchObject({ status: 0 })
      expect(built.stdout + built.stderr).not.toMatch(/node:|Critical dependency|unknown at build time/)
      const { shown, complaints } = await visitBundle(project.addStatic(name, project.folder))
      expect(shown).toEqual(project.answers)
      expect(complaints).toEqual([])
    },
  )

  test.each(['rolldown', 'esbuild', 'parcel', ...(hasRuntimes ? ['bun', 'deno'] : [])])(
    '%s starts every kind of image, with the copied files',
    async (name) => {
      if (!project) return
      const built = await project.run(name, project.copied)
      expect(built, built.stdout + built.stderr).toMatchObject({ status: 0 })
      const { shown, complaints } = await visitBundle(project.addStatic(name, project.copied))
      expect(shown).toEqual(project.answers)
      expect(complaints).toEqual([])
    },
  )

  test('esbuild without the copied files says which file is missing, and what to do', async () => {
    if (!project) return
    const folder = project.addStatic('esbuild', project.copied)
    rmSync(join(folder, 'webclave'), { recursive: true })
    const { shown } = await visitBundle(folder)
    expect(shown).toMatchObject({
      code: 'E_ARTEFACT',
      error: expect.stringMatching(/kernel\.txt.*copyArtefacts/),
    })
  })

  test('Vite’s development server starts every kind of image', async () => {
    if (!project) return
    const env = { ...project.home.env, ...project.env }
    const vite: ChildProcess = spawn('vite', ['--host', '127.0.0.1'], { cwd: project.folder, env })
    try {
      const url = await new Promise<string>((resolve, reject) => {
        let printed = ''
        vite.stdout!.on('data', (data) => {
          printed += data
          const [found] = /http:\/\/127\.0\.0\.1:\d+\//.exec(printed) ?? []
          if (found) resolve(found)
        })
        vite.once('error', reject)
        vite.once('exit', () => reject(new Error(`vite has ended: ${printed}`)))
      })
      const { shown, complaints } = await visit(url)
      expect(shown).toEqual(project.answers)
      expect(complaints).toEqual([])
    } finally {
      vite.kill()
    }
  })
})

test('every command of the page is run by these tests', () => {
  const pages = ['vite', 'webpack', 'rspack', 'rolldown', 'esbuild', 'bun', 'deno', 'parcel']
  expect(COMMANDS).toEqual([...pages, 'esbuild for Node', 'Bun', 'Deno'])
})

describe('a program', () => {
  test('that esbuild has bundled for Node starts enclaves with the files beside it', async () => {
    if (!project) return
    const { home, folder } = project
    expect(await home.run(process.execPath, ['copy-for-node.js'], { cwd: folder })).toMatchObject({
      status: 0,
    })
    expect(await project.run('esbuild for Node')).toMatchObject({ status: 0 })
    const ran = await home.run(process.execPath, ['out/node/host.mjs'], { cwd: folder })
    expect(ran).toMatchObject({ status: 0, stdout: 'running\n', stderr: '' })
  })

  test.skipIf(!hasRuntimes).each(['Bun', 'Deno'])(
    'starts an enclave in a Worker in %s, which says what it lacks',
    async (name) => {
      if (!project) return
      const ran = await project.run(name)
      expect(ran).toMatchObject({ status: 0, stdout: 'running\nE_ISOLATION\n' })
      expect(ran.stderr.match(new RegExp(`${name} has no permissions for Workers`, 'g'))).toHaveLength(1)
    },
  )
})
