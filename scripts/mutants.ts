/**
 * `npm run mutants -- ROOM [--count 60] [--seed 1] [--tests test/a,test/b]`: makes small changes (mutations) to the
 * files of a room, one after the other, and reports those that the room's tests do not notice. A room is a folder of
 * src/, such as `kms/policy`. Mutations that no test can notice are listed with the reason in
 * `mutants/equivalent.json`. Exit status 1 if fewer than the required share are noticed.
 */
import { existsSync } from 'node:fs'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { copyProject, runNode } from './mutants/copy.ts'
import { apply, type Mutant, sample } from './mutants/sample.ts'

/** The required share of noticed mutations in percent: for all rooms, and for rooms where a mistake breaks security. */
const SHARE = 90
const STRICT_SHARE = 95
const STRICT = [
  'attestation',
  'encoding',
  'http1',
  'kms/policy',
  'kms/operations',
  'admission',
  'sdk',
  'service',
]
/** Folders with tests of a room, in addition to the folder of its name. */
const ELSEWHERE: Readonly<Record<string, readonly string[]>> = { sdk: ['test/client', 'test/service'] }
/** Milliseconds for the tests of one mutant, in addition to several times what they take without a mutation. */
const EXTRA_TIME = 30_000

interface Equivalent {
  readonly file: string
  readonly before: string
  readonly after: string
  readonly why: string
}

const root = fileURLToPath(new URL('..', import.meta.url))
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    count: { type: 'string', default: '60' },
    seed: { type: 'string', default: '1' },
    tests: { type: 'string' },
  },
})
const [room] = positionals
if (room === undefined || !existsSync(join(root, 'src', room))) {
  console.error('npm run mutants -- ROOM: a folder of src/, such as attestation or kms/policy')
  process.exit(2)
}
const tests = values.tests?.split(',') ?? [`test/${room}`, ...(ELSEWHERE[room] ?? [])]
const equivalents = JSON.parse(
  await readFile(join(root, 'scripts/mutants/equivalent.json'), 'utf8'),
) as Equivalent[]
const whyEquivalent = ({ file, before, after }: Mutant) =>
  equivalents.find((each) => each.file === file && each.before === before && each.after === after)?.why

const copy = await copyProject(root, `${room.replaceAll('/', '-')}-${process.pid}`)
const build = () => runNode(copy, ['scripts/build.ts'], 120_000)
const vitest = (files: readonly string[], milliseconds: number) =>
  runNode(
    copy,
    ['node_modules/vitest/vitest.mjs', 'run', '--bail=1', '--reporter=dot', ...files],
    milliseconds,
  )

/** Whether a test fails, or does not end, with `mutant`; the tests closest to its file run first. */
async function isNoticed(mutant: Mutant, milliseconds: number): Promise<boolean> {
  const path = join(copy, mutant.file)
  const source = await readFile(path, 'utf8')
  await writeFile(path, apply(source, mutant))
  try {
    if ((await build()).status !== 0) return true
    const own = mutant.file.replace(/^src/, 'test').replace(/\.ts$/, '.test.ts')
    const nearest = [own, dirname(own)].filter(
      (path) => existsSync(join(copy, path)) && !tests.includes(path),
    )
    const stages = [...nearest.map((path) => [path]), tests]
    for (const files of stages) if ((await vitest(files, milliseconds)).status !== 0) return true
    return false
  } finally {
    await writeFile(path, source)
  }
}

try {
  const start = performance.now()
  const built = await build()
  if (built.status !== 0) throw new Error(`the project does not build without mutations:\n${built.output}`)
  const whole = await vitest(tests, 600_000)
  if (whole.status !== 0) throw new Error(`the tests fail without mutations:\n${whole.output}`)
  const milliseconds = 5 * (performance.now() - start) + EXTRA_TIME
  const mutants = await sample(root, room, Number(values.count), Number(values.seed))
  let [noticed, equivalent] = [0, 0]
  for (const mutant of mutants) {
    const why = whyEquivalent(mutant)
    if (why !== undefined) equivalent += 1
    else if (await isNoticed(mutant, milliseconds)) noticed += 1
    else console.log(`not noticed: ${mutant.file}:${mutant.line}\n  - ${mutant.before}\n  + ${mutant.after}`)
  }
  const share = (100 * noticed) / (mutants.length - equivalent)
  const wanted = STRICT.includes(room) ? STRICT_SHARE : SHARE
  console.log(
    `${room}: ${mutants.length} mutants, ${equivalent} equivalent, ${noticed} noticed: ${share.toFixed(1)} %, wanted ${wanted} %`,
  )
  process.exitCode = share >= wanted ? 0 : 1
} finally {
  await rm(copy, { recursive: true, force: true })
}
