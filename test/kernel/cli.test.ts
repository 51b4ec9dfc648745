/** wasi:cli as a guest sees it: arguments and environment from the image, a console, and exit. */
import { expect, test } from 'vitest'
import { createCli, ProgramExit } from '../../src/kernel/cli.ts'
import { createConsole } from '../../src/kernel/console.ts'
import { Rig } from './rig.ts'

type Interfaces = Record<string, Record<string, (...words: unknown[]) => unknown>>
interface Stream {
  checkWrite(): bigint
  write(bytes: Uint8Array): void
  read(length: bigint): Uint8Array
}

function cli(debug = true) {
  const rig = new Rig()
  const args = ['one', 'two']
  const env = [['A', 'b']] as const
  const interfaces = createCli({ args, env }, rig.streams, createConsole(rig.channel, debug)) as Interfaces
  const stream = (name: string, get: string) => interfaces[name]![get]!() as Stream
  const printed = () => rig.reported.filter((what) => what instanceof Uint8Array)
  return { rig, args, env, interfaces, stream, printed }
}

test('arguments and environment come from the image, as copies', () => {
  const { interfaces, args, env } = cli()
  const given = interfaces['environment']!['getArguments']!() as string[]
  expect(given).toEqual(args)
  expect(given).not.toBe(args)
  const variables = interfaces['environment']!['getEnvironment']!() as string[][]
  expect(variables).toEqual(env)
  expect(variables[0]).not.toBe(env[0])
  expect(interfaces['environment']!['initialCwd']!()).toBe('/')
})

test('an exit has its status', () => {
  const { exit } = cli().interfaces
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

test('output goes to the console, at most 65,536 bytes at once', () => {
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

test('standard input is at its end, and no stream is a terminal', () => {
  const { interfaces, stream } = cli()
  expect(() => stream('stdin', 'getStdin').read(1n)).toThrow(
    expect.objectContaining({ payload: { tag: 'closed' } }),
  )
  expect(interfaces['terminal-stdin']!['getTerminalStdin']!()).toBeUndefined()
  expect(interfaces['terminal-stdout']!['getTerminalStdout']!()).toBeUndefined()
  expect(interfaces['terminal-stderr']!['getTerminalStderr']!()).toBeUndefined()
})
