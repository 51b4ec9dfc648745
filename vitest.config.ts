import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { patience } from './test/support/patience.ts'

/** Rooms whose tests start no enclave: they leave nothing behind, replace no module, and share a process. */
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
      { extends: true, test: { name: 'quiet', include: QUIET, isolate: false } },
      { extends: true, test: { name: 'others', include: ['test/**/*.test.ts'], exclude: QUIET } },
    ],
    testTimeout: patience(120_000),
    hookTimeout: patience(120_000),
    expect: { poll: { timeout: patience(30_000) } },
  },
})
