/** The life of one enclave as its kernel reports it: the heartbeat, RUNNING, and the end. */
import { describe, expect, test } from 'vitest'
import { End } from '../../src/boundary/shared-memory.ts'
import { boot, type Instantiate } from '../../src/kernel/boot.ts'
import { ProgramExit } from '../../src/kernel/cli.ts'
import type { Connection } from '../../src/vsock/connection.ts'
import { command, live, MESSAGE } from './life.ts'
import { Rig } from './rig.ts'

const failing = (error: unknown) =>
  command(() => {
    throw error
  })

describe('a command', () => {
  test('runs once, after that was reported, and exits with 0', async () => {
    let runs = 0
    const { reported } = await live(
      command(() => {
        runs += 1
      }),
    )
    expect([runs, reported]).toEqual([1, ['running', [End.EXITED, 0]]])
  })

  test.each([0, 1, 77])('that exits with %d reports that status', async (status) => {
    expect((await live(failing(new ProgramExit(status)))).reported).toEqual(['running', [End.EXITED, status]])
  })

  test('whose result is an error without a payload exits with 1', async () => {
    const failed = Object.assign(new Error('failed'), { payload: undefined })
    expect((await live(failing(failed))).reported).toEqual(['running', [End.EXITED, 1]])
  })

  test.each([
    [new Error('plain'), 'plain'],
    [Object.assign(new Error('plain'), { payload: 'its words' }), 'its words'],
    [Object.assign(new Error('plain'), { payload: 5 }), 'plain'],
    [{ payload: undefined }, '[object Object]'],
    ['a text', 'a text'],
    [undefined, 'undefined'],
  ])('that throws %s is reported as trapped, with the message', async (error, words) => {
    expect((await live(failing(error))).reported).toEqual(['running', [End.TRAPPED, words]])
  })
})

describe('an end', () => {
  test('by a stack overflow is reported as such, but no other RangeError', async () => {
    const deep = (): number => 1 + deep()
    const { reported } = await live(command(deep as () => void))
    expect(reported[1]).toEqual([End.STACK_OVERFLOW, expect.stringMatching(/call stack/i)])
    expect((await live(failing(new RangeError('another')))).reported[1]).toEqual([End.TRAPPED, 'another'])
    expect((await live(failing(new Error('Call Stack')))).reported[1]).toEqual([End.TRAPPED, 'Call Stack'])
  })

  test('of the engine by out-of-memory is recognised by its message', async () => {
    const words = 'uncaught InternalError: out of memory'
    const spoken = (payload: string) => Object.assign(new Error(), { payload })
    expect((await live(failing(spoken(`${words}\nat x`)))).reported[1]).toEqual([
      End.OUT_OF_MEMORY,
      `${words}\nat x`,
    ])
    expect((await live(failing(spoken(`x ${words}`)))).reported[1]).toEqual([End.TRAPPED, `x ${words}`])
  })

  test('before the program runs is reported without RUNNING', async () => {
    const { reported } = await live(() => {
      throw new Error('no instance')
    })
    expect(reported).toEqual([[End.TRAPPED, 'no instance']])
    expect(
      (
        await live(
          command(() => {}),
          {},
          1,
        )
      ).reported,
    ).toEqual([[End.TRAPPED, 'the heartbeat was answered with the wrong byte']])
  })

  test('closes its connections, so that the peer can read to the end', async () => {
    const far: Connection[] = []
    const instantiate: Instantiate = (_, imports) => {
      const { Connection: object } = imports['qingtian:enclave/vsock'] as {
        Connection: { connect(to: { cid: number; port: number }): { subscribe(): { block(): void } } }
      }
      return { run: { run: () => object.connect({ cid: 3, port: 8000 }).subscribe().block() } }
    }
    const rig = new Rig()
    for (const port of [9000, 8000])
      rig.listening.set(port, {
        hasRoom: () => true,
        accept(connection) {
          far.push(connection)
          connection.onChange = () => {
            if (connection.readable > 0 && connection.bytesSent === 0)
              connection.write(Uint8Array.of(0xb7), 9)
          }
        },
      })
    await boot(MESSAGE, instantiate, {
      now: () => rig.time,
      wallClock: () => 0,
      stackLength: 0,
      channel: rig.channel,
    })
    expect(rig.reported.at(-1)).toEqual([End.EXITED, 0])
    expect(far.map(({ state, closeReason }) => [state, closeReason])).toEqual([
      ['closed', 'closed'],
      ['closed', 'closed'],
    ])
  })
})

describe('a trap', () => {
  /** A module whose memory has one page, and at most `most`. */
  const withMemory = (most: number) =>
    new WebAssembly.Module(
      Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0, 5, 4, 1, 1, 1, most, 7, 5, 1, 1, 109, 2, 0),
    )
  const trapping =
    (grown: number, error: Error = new WebAssembly.RuntimeError('unreachable')): Instantiate =>
    (module, _, instance) => {
      const { exports } = instance(module('core'))
      const run = () => {
        const memory = exports['m'] as WebAssembly.Memory
        if (grown > 0) memory.grow(grown)
        throw error
      }
      return { run: { run } }
    }
  const end = async (instantiate: Instantiate, most: number) => {
    const modules = new Map([['core', withMemory(most)]])
    return (await live(instantiate, { modules })).reported[1]
  }

  test('with a memory at its maximum is reported as out of memory', async () => {
    expect(await end(trapping(2), 3)).toEqual([End.OUT_OF_MEMORY, 'unreachable'])
    expect(await end(trapping(1), 3)).toEqual([End.TRAPPED, 'unreachable'])
  })

  test('with a memory that can never grow is reported as a trap', async () => {
    expect(await end(trapping(0), 1)).toEqual([End.TRAPPED, 'unreachable'])
  })

  test('with a memory at its maximum must be a WebAssembly error to count as out of memory', async () => {
    expect(await end(trapping(2, new Error('other')), 3)).toEqual([End.TRAPPED, 'other'])
  })
})

describe('an engine', () => {
  test('is started, and runs until there is nothing left to wait for', async () => {
    const seen: string[] = []
    let left = 3
    const loop = {
      start: () => void seen.push('start'),
      turn: () => {
        seen.push('turn')
        left -= 1
        return left > 0
      },
    }
    const crypto = new WebAssembly.Module(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0))
    const { reported } = await live(
      (_, imports) => {
        const { source, file } = imports['webclave:engine/application'] as {
          source: unknown
          file(path: string): Uint8Array | undefined
        }
        seen.push(typeof source, String(file('a')), String(file('b')))
        return { loop }
      },
      {
        source: Uint8Array.of(1),
        files: new Map([['a', Uint8Array.of(1)]]),
        modules: new Map([['webclave-crypto.wasm', crypto]]),
      },
    )
    expect(seen).toEqual(['function', '1', 'undefined', 'start', 'turn', 'turn', 'turn'])
    expect(reported).toEqual(['running', [End.EXITED, 0]])
  })
})
