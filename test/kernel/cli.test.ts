/** wasi:cli as a guest has it: what the image says, a console, and a way out. */
import { expect, test } from 'vitest'
import { createCli, ProgramExit } from '../../src/kernel/cli.ts'
import { createConsole } from '../../src/kernel/console.ts'
import { Rig } from './rig.ts'

type Faces = Record<string, Record<string, (...words: unknown[]) => unknown>>
interface Stream {
  checkWrite(): bigint
  write(bytes: Uint8Array): void
  read(length: bigint): Uint8Array
}

function cli(debug = true) {
  const rig = new Rig()
  const args = ['one', 'two']
  const env = [['A', 'b']] as const
  const faces = createCli({ args, env }, rig.streams, createConsole(rig.channel, debug)) as Faces
  const stream = (name: string, get: string) => faces[name]![get]!() as Stream
  const printed = () => rig.told.filter((what) => what instanceof Uint8Array)
  return { rig, args, env, faces, stream, printed }
}

test('arguments and environment are the image’s, and the guest gets a copy', () => {
  const { faces, args, env } = cli()
  const given = faces['environment']!['getArguments']!() as string[]
  expect(given).toEqual(args)
  expect(given).not.toBe(args)
  const variables = faces['environment']!['getEnvironment']!() as string[][]
  expect(variables).toEqual(env)
  expect(variables[0]).not.toBe(env[0])
  expect(faces['environment']!['initialCwd']!()).toBe('/')
})

test('an exit carries its status', () => {
  const { exit } = cli().faces
  const statusOf = (work: () => unknown) => {
    try {
      work()
    } catch (error) {
      return error instanceof ProgramExit ? [error.status, error.message] : error
    }
    return undefined
  }
  expect(statusOf(() => exit!['exit']!({ tag: 'ok' }))).toEqual([0, 'exit with status 0'])
  expect(statusOf(() => exit!['exit']!({ tag: 'err' }))).toEqual([1, 'exit with status 1'])
  expect(statusOf(() => exit!['exitWithCode']!(77))).toEqual([77, 'exit with status 77'])
})

test('output goes to the console if it is kept, 65,536 bytes at once', () => {
  const { stream, printed } = cli()
  for (const [name, get] of [
    ['stdout', 'getStdout'],
    ['stderr', 'getStderr'],
  ] as const) {
    const out = stream(name, get)
    expect(out.checkWrite()).toBe(65_536n)
    out.write(Uint8Array.of(1, 2))
    expect(printed().splice(-1)).toEqual([Uint8Array.of(1, 2)])
    expect(() => out.write(new Uint8Array(65_537))).toThrow('exceeds what check-write permitted')
    out.write(new Uint8Array(65_536))
  }
})

test('output is dropped if the console is not kept', () => {
  const { stream, printed } = cli(false)
  const out = stream('stdout', 'getStdout')
  expect(out.checkWrite()).toBe(65_536n)
  out.write(Uint8Array.of(1))
  expect(printed()).toEqual([])
})

test('standard input is at its end, and nothing is a terminal', () => {
  const { faces, stream } = cli()
  expect(() => stream('stdin', 'getStdin').read(1n)).toThrow(
    expect.objectContaining({ payload: { tag: 'closed' } }),
  )
  expect(faces['terminal-stdin']!['getTerminalStdin']!()).toBeUndefined()
  expect(faces['terminal-stdout']!['getTerminalStdout']!()).toBeUndefined()
  expect(faces['terminal-stderr']!['getTerminalStderr']!()).toBeUndefined()
})
