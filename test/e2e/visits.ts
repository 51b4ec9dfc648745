/** What the files of tests of the bench share: a page for each test, and a folder for files. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest'
import { Site, type Visit } from './site.ts'

/** The current test's. */
export interface Visits {
  readonly site: Site
  readonly visit: Visit
  readonly folder: string
}

/** Registers the hooks of a file, and returns what they set. */
export function visitEach(): Visits {
  const current = {} as { site: Site; visit: Visit; folder: string }
  beforeAll(async () => {
    current.folder = await mkdtemp(join(tmpdir(), 'webclave-visits-'))
    current.site = await Site.open()
  }, 300_000)
  afterAll(async () => {
    await current.site?.close()
    await rm(current.folder, { recursive: true })
  })
  beforeEach(async () => {
    current.visit = await current.site.visit()
  })
  afterEach(async () => {
    await current.visit.page.context().close()
    expect(current.visit.complaints).toEqual([])
    expect(current.site.outside.requests).toEqual([])
  })
  return current
}
