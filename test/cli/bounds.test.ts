/** The ranges, defaults and requirements of all commands' options, which are those of the clouds' own tools. */
import { expect, test } from 'vitest'
import type { OptionSpec } from '../../src/cli/core/command.ts'
import { NITRO } from '../../src/cli/core/nitro-commands.ts'
import type { CommandLine } from '../../src/cli/core/program.ts'
import { QT } from '../../src/cli/core/qt-commands.ts'

/** The property `part` of all commands' options that have it. */
async function all(commandLine: CommandLine, part: keyof OptionSpec): Promise<Record<string, unknown>> {
  const commands = await Promise.all(Object.values(commandLine.commands).map((load) => load()))
  const found = commands.flatMap(({ name, options }) =>
    Object.entries(options).map(([option, spec]) => [`${name} --${option}`, spec[part]] as const),
  )
  return Object.fromEntries(found.filter(([, value]) => value !== undefined))
}

const CID = { min: 4, max: 0xfffffffe }
const MEMORY = { min: 1, max: 256 * 1024 }
const COUNT = { min: 2, max: 62, step: 2 }
const CPU = { min: 1, max: 1023 }
const ID = { min: 0, max: 0x7fffffff }

test('the numeric options of qt have these ranges', async () => {
  expect(await all(QT, 'integer')).toEqual({
    'enclave start --cpus': COUNT,
    'enclave start --mem': MEMORY,
    'enclave start --cid': CID,
    'enclave dev --cpus': COUNT,
    'enclave dev --mem': MEMORY,
    'enclave dev --cid': CID,
    'enclave query --enclave-id': ID,
    'enclave stop --enclave-id': ID,
    'enclave console --enclave-id': ID,
    'enclave connect --enclave-id': ID,
    'enclave connect --port': { min: 0, max: 4294967295 },
    'kms serve --port': { min: 0, max: 65535 },
    'fleet join --size': { min: 1, max: 1024 },
    'fleet join --memory': { min: 1, max: 65_536 },
    'fleet join --health': { min: 0, max: 65535 },
    'proxy --listen': { min: 0, max: 4294967295 },
    'proxy --port': { min: 1, max: 65535 },
    'proxy --num_workers': { min: 1, max: 255 },
  })
})

test('the numeric options of nitro-cli have these ranges', async () => {
  expect(await all(NITRO, 'integer')).toEqual({
    'run-enclave --memory': MEMORY,
    'run-enclave --cpu-count': CPU,
    'run-enclave --cpu-ids': CPU,
    'run-enclave --enclave-cid': CID,
    'console --disconnect-timeout': { min: 1, max: 86400 },
  })
})

test('the options have these defaults', async () => {
  expect(await all(QT, 'default')).toEqual({
    'enclave start --cpus': '2',
    'enclave start --mem': '1024',
    'enclave dev --cpus': '2',
    'enclave dev --mem': '1024',
    'new --template': 'echo',
    'doctor --output': 'table',
  })
  expect(await all(NITRO, 'default')).toEqual({})
})

test('these options are required', async () => {
  expect(await all(QT, 'required')).toEqual({
    'enclave make-img --eif': true,
    'enclave sign-eif --eif': true,
    'enclave query-eif --eif': true,
    'enclave start --eif': true,
    'enclave stop --enclave-id': true,
    'enclave console --enclave-id': true,
    'enclave connect --enclave-id': true,
    'enclave connect --port': true,
    'attestation verify --profile': true,
    'kms serve --port': true,
    'fleet join --eif': true,
    'fleet join --name': true,
    'completion --shell': true,
  })
  expect(await all(NITRO, 'required')).toEqual({
    'build-enclave --output-file': true,
    'describe-eif --eif-path': true,
    'sign-eif --eif-path': true,
    'explain --error-code': true,
    'completion --shell': true,
  })
})

test('these options are repeatable', async () => {
  expect(Object.keys(await all(QT, 'multiple'))).toEqual([
    ...['arg', 'env', 'file'].map((name) => `enclave make-img --${name}`),
    'attestation verify --root',
    'attestation verify --pcr',
    'proxy --allow',
    'proxy --publish',
  ])
  expect(Object.keys(await all(NITRO, 'multiple'))).toEqual([
    ...['arg', 'env', 'file'].map((name) => `build-enclave --${name}`),
    'run-enclave --cpu-ids',
  ])
})
