/**
 * Invalid input to each socket call: wrong handles, closed sockets, invalid ports, no bytes and too many bytes. Each
 * has a defined outcome: an error-code of `wit/vsock.wit`, a stream-error of `wasi:io/streams`, or a trap.
 */
import { beforeAll, describe, expect, test } from 'vitest'
import { CLOSING_PORT, call, socketCaller, UNUSED_PORT } from './socket-guest.ts'

const ERROR_CODES = [
  'refused',
  'reset',
  'timed-out',
  'unreachable',
  'address-in-use',
  'invalid-argument',
  'would-block',
  'not-connected',
  'too-many-sockets',
]
const STREAM_ERRORS = ['failed', 'closed']

/** How to read a result: the offset of its payload, and the payload's type. */
const RESULTS = {
  socket: (view: DataView) => (view.getUint8(0) === 0 ? 'ok' : ERROR_CODES[view.getUint8(4)]),
  done: (view: DataView) => (view.getUint8(0) === 0 ? 'ok' : ERROR_CODES[view.getUint8(1)]),
  address: (view: DataView) => `${view.getUint32(0, true)}:${view.getUint32(4, true)}`,
  number: (view: DataView) => String(view.getUint32(0, true)),
  bytes: (view: DataView) =>
    view.getUint8(0) === 0 ? `${view.getUint32(8, true)} bytes` : STREAM_ERRORS[view.getUint8(4)],
  count: (view: DataView) =>
    view.getUint8(0) === 0 ? `${view.getBigUint64(8, true)} bytes` : STREAM_ERRORS[view.getUint8(8)],
  written: (view: DataView) => (view.getUint8(0) === 0 ? 'ok' : STREAM_ERRORS[view.getUint8(4)]),
} as const

type Kind = keyof typeof RESULTS
type Row = readonly [line: string, kind: Kind, outcome: string]

const TRAP = 'trapped'
const ANY_PORT = 0xffffffff
const GIB4 = 2 ** 32
const MAX_U32 = -1

const ADDRESSES: readonly Row[] = [
  ['connect 3 0 result', 'socket', 'ok'],
  [`connect 3 ${ANY_PORT} result`, 'socket', 'invalid-argument'],
  [`connect 3 ${ANY_PORT - 1} result`, 'socket', 'ok'],
  ['connect 0 8000 result', 'socket', 'unreachable'],
  ['connect 2 8000 result', 'socket', 'unreachable'],
  ['connect 4 6000 result', 'socket', 'unreachable'],
  [`connect ${ANY_PORT} 8000 result`, 'socket', 'unreachable'],
  [`connect ${ANY_PORT} ${ANY_PORT} result`, 'socket', 'unreachable'],
  ['listen 0 1 result', 'socket', 'ok'],
  [`listen ${ANY_PORT} 1 result`, 'socket', 'invalid-argument'],
  [`listen ${ANY_PORT - 1} 128 result`, 'socket', 'ok'],
  ['listen 6001 0 result', 'socket', 'invalid-argument'],
  ['listen 6001 129 result', 'socket', 'invalid-argument'],
  [`listen 6001 ${ANY_PORT} result`, 'socket', 'invalid-argument'],
  ['listen 6000 1 result', 'socket', 'address-in-use'],
  ['localCid', 'number', '4'],
]

const STATES: readonly Row[] = [
  ['streams quiet result', 'socket', 'invalid-argument'],
  ['streams over result', 'socket', 'invalid-argument'],
  ['streams refused result', 'socket', 'refused'],
  ['shutdown quiet 2 result', 'done', 'ok'],
  ['shutdown quiet 3 result', 'done', TRAP],
  ['shutdown quiet -1 result', 'done', TRAP],
  ['shutdown over 0 result', 'done', 'not-connected'],
  ['shutdown over 2 result', 'done', 'not-connected'],
  ['shutdown refused 1 result', 'done', 'not-connected'],
  ['connectionRemote over result', 'address', `3:${CLOSING_PORT}`],
  ['connectionRemote refused result', 'address', `3:${UNUSED_PORT}`],
  ['accept listener result', 'socket', 'would-block'],
  ['listenerLocal listener result', 'address', '4:6000'],
]

const READS: readonly Row[] = ['read', 'blockingRead', 'skip', 'blockingSkip'].flatMap((name): Row[] => {
  const kind = /skip/i.test(name) ? 'count' : 'bytes'
  return [
    [`${name} quietIn 0 result`, kind, '0 bytes'],
    [`${name} talkingIn 0 result`, kind, '0 bytes'],
    [`${name} talkingIn ${GIB4} result`, kind, '5 bytes'],
    [`${name} talkingIn ${MAX_U32} result`, kind, '5 bytes'],
    [`${name} overIn 0 result`, kind, 'closed'],
    [`${name} overIn ${GIB4} result`, kind, 'closed'],
  ]
})

const WRITES: readonly Row[] = [
  ['checkWrite quietOut result', 'count', '1048576 bytes'],
  ['checkWrite overOut result', 'count', 'closed'],
  ['flush quietOut result', 'written', 'ok'],
  ['flush overOut result', 'written', 'closed'],
  ['blockingFlush overOut result', 'written', 'closed'],
  ...['write', 'blockingWrite'].flatMap((name): Row[] => [
    [`${name} quietOut 0 0 result`, 'written', 'ok'],
    [`${name} quietOut ${2 * 65536} 0 result`, 'written', 'ok'],
    [`${name} quietOut ${2 * 65536 + 1} 0 result`, 'written', TRAP],
    [`${name} quietOut 0 -1 result`, 'written', TRAP],
    [`${name} overOut 0 0 result`, 'written', 'closed'],
    [`${name} overOut 0 1 result`, 'written', 'closed'],
  ]),
  ['blockingWrite quietOut 0 4096 result', 'written', 'ok'],
  ['blockingWrite quietOut 0 4097 result', 'written', TRAP],
  ...['writeZeroes', 'blockingWriteZeroes'].flatMap((name): Row[] => [
    [`${name} quietOut 0 result`, 'written', 'ok'],
    [`${name} quietOut ${GIB4} result`, 'written', TRAP],
    [`${name} quietOut ${MAX_U32} result`, 'written', TRAP],
    [`${name} overOut 0 result`, 'written', 'closed'],
  ]),
  ...['splice', 'blockingSplice'].flatMap((name): Row[] => [
    [`${name} quietOut talkingIn 0 result`, 'count', '0 bytes'],
    [`${name} quietOut talkingIn ${GIB4} result`, 'count', '5 bytes'],
    [`${name} quietOut overIn 1 result`, 'count', 'closed'],
    [`${name} overOut talkingIn ${GIB4} result`, 'count', 'closed'],
    [`${name} overOut overIn 0 result`, 'count', 'closed'],
  ]),
]

/**
 * Every call with a handle, which is the first argument. `drop` drops a valid handle first, for the case of a dropped
 * handle.
 */
const HANDLES: readonly (readonly [line: string, drop: string])[] = [
  ...[
    'connectionSubscribe H',
    'streams H result',
    'connectionLocal H result',
    'connectionRemote H result',
  ].map((line) => [line, 'connectionDrop refused'] as const),
  ['shutdown H 2 result', 'connectionDrop refused'],
  ['connectionDrop H', 'connectionDrop refused'],
  ...['listenerSubscribe H', 'accept H result', 'listenerLocal H result', 'listenerDrop H'].map(
    (line) => [line, 'listenerDrop listener'] as const,
  ),
  ...['read H 1 result', 'blockingRead H 1 result', 'skip H 1 result', 'blockingSkip H 1 result'].map(
    (line) => [line, 'inputDrop talkingIn'] as const,
  ),
  ...[
    'inputSubscribe H',
    'inputDrop H',
    'splice quietOut H 1 result',
    'blockingSplice quietOut H 1 result',
  ].map((line) => [line, 'inputDrop talkingIn'] as const),
  ...['checkWrite H result', 'write H 0 1 result', 'blockingWrite H 0 1 result', 'flush H result'].map(
    (line) => [line, 'outputDrop quietOut'] as const,
  ),
  ...['blockingFlush H result', 'writeZeroes H 1 result', 'blockingWriteZeroes H 1 result'].map(
    (line) => [line, 'outputDrop quietOut'] as const,
  ),
  ...[
    'splice H talkingIn 1 result',
    'blockingSplice H talkingIn 1 result',
    'outputSubscribe H',
    'outputDrop H',
  ].map((line) => [line, 'outputDrop quietOut'] as const),
]
/** WEBCLAVE_LONG tries more: each is an enclave. */
const WRONG = process.env['WEBCLAVE_LONG'] ? ['0', '1000', '-1', 'dropped'] : ['-1', 'dropped']

/** Calls that return a handle or number need no pointer to a result. */
const returns = (line: string) => /^(?:\w*Subscribe|localCid)/.test(line)
const bodies: string[] = []
const add = (body: string) => bodies.push(body) - 1
const rows = [...ADDRESSES, ...STATES, ...READS, ...WRITES].map(([line, kind, outcome]) => ({
  line,
  kind,
  outcome,
  index: add(returns(line) ? `(i32.store (i32.const 512) ${call(line)})` : call(line)),
}))
const invalidHandles = HANDLES.flatMap(([line, drop]) =>
  WRONG.map((wrong) => {
    const handle = wrong === 'dropped' ? drop.split(' ')[1]! : wrong
    const lying = call(line.replace('H', handle))
    const before = wrong === 'dropped' ? call(drop) : ''
    return { line, wrong, index: add(`${before} ${returns(line) ? `(drop ${lying})` : lying}`) }
  }),
)

let outcomeOf: Awaited<ReturnType<typeof socketCaller>>
beforeAll(async () => {
  outcomeOf = await socketCaller(bodies)
})

describe('a socket call', () => {
  test.concurrent.each(rows)('$line: $outcome', async ({ kind, outcome, index }) => {
    const told = await outcomeOf(index)
    expect(typeof told === 'string' ? told : RESULTS[kind](told)).toBe(outcome)
  })

  test.concurrent.each(invalidHandles)('$line traps if the handle is $wrong', async ({ index }) => {
    expect(await outcomeOf(index)).toBe(TRAP)
  })
})
