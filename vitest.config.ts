import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { patience } from './test/support/patience.ts'

/** Rooms whose tests start no enclave, and leave nothing behind: they share a process. */
const QUIET = [
  'admission',
  'attestation',
  'base',
  'boundary',
  'encoding',
  'http1',
  'image',
  'kms',
  'network',
  'proxy',
  'qtsm',
  'vsock',
  'web/document',
  'web/i18n',
  'web/key',
  'web/share',
].map((room) => `test/${room}/**/*.test.ts`)

/** Rooms whose tests look at their own process: its memory, its descriptors, its globals. */
const ALONE = /^test\/(?:(?:bundlers|guests|hypervisor|keeper|memory|platform)\/|sdk\/globals)/
/** How a test replaces something for its whole process, or measures it. */
const CHANGES =
  /\bvi\.(?:mock|doMock|spyOn|stub\w+|useFakeTimers)\b|\bprocess\.(?:on|chdir|umask|memoryUsage)\b|\bgetActive|\bsetFlagsFromString\b|\bWeakRef\b|\/(?:descriptors|in-process)\.ts/

/** Tests elsewhere that neither replace nor measure anything of their process: they share one as well. */
const CALM = globSync('test/**/*.test.ts', { cwd: import.meta.dirname }).filter(
  (path) => !ALONE.test(path) && !CHANGES.test(readFileSync(join(import.meta.dirname, path), 'utf8')),
)
const SHARED = [...QUIET, ...CALM]

/** What an enclave gives to modules of the SDK, for tests that import these modules themselves. */
const INTERFACES = Object.fromEntries(
  ['webclave:crypto', 'webclave:engine', 'qingtian:enclave/qtsm', 'qingtian:enclave/vsock'].map((name) => [
    name,
    fileURLToPath(new URL(`src/testing/interfaces/${name.replace(/^.*[:/]/, '')}.ts`, import.meta.url)),
  ]),
)

export default defineConfig({
  resolve: { alias: INTERFACES },
  test: {
    // Two cores: more processes than that only get in each other's way.
    maxWorkers: 2,
    globalSetup: './test/support/compile-cache.ts',
    projects: [
      { extends: true, test: { name: 'quiet', include: SHARED, isolate: false } },
      { extends: true, test: { name: 'others', include: ['test/**/*.test.ts'], exclude: SHARED } },
    ],
    testTimeout: patience(120_000),
    hookTimeout: patience(120_000),
    expect: { poll: { timeout: patience(30_000) } },
  },
})
