/** What the files of tests of the bench share: a page for a test or a group of them, and a folder for files. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect } from 'vitest'
import { Site, type Visit } from './site.ts'

/** The current visit of a file's tests. */
export class Visits {
  site!: Site
  visit!: Visit
  folder!: string

  /** Registers the hooks of a file. */
  constructor() {
    beforeAll(async () => {
      this.folder = await mkdtemp(join(tmpdir(), 'webclave-visits-'))
      this.site = await Site.open()
    }, 300_000)
    afterAll(async () => {
      await this.site?.close()
      await rm(this.folder, { recursive: true })
    })
  }

  /** Opens the page, for a new reader. */
  async begin(): Promise<void> {
    this.visit = await this.site.visit()
  }

  async end(): Promise<void> {
    await this.visit.page.context().close()
    this.#expectQuiet()
  }

  /** The tests of this group follow each other in one page: loading it, and what it loads on demand, takes longest. */
  once(): void {
    beforeAll(() => this.begin())
    afterEach(() => this.#expectQuiet())
    afterAll(() => this.end())
  }

  #expectQuiet(): void {
    expect(this.visit.complaints).toEqual([])
    expect(this.site.outside.requests).toEqual([])
  }
}
