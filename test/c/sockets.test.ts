/** `<sys/socket.h>` of programs in C: the errors are those of Linux, by name. */
import { execFileSync } from 'node:child_process'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createParent, type Parent } from '../../src/parent/index.ts'
import { clang, compileForThisMachine, imageOf, program } from './compile.ts'

/** What needs no peer. Linux's own answers, which the second test compares where there is AF_VSOCK. */
const LOCAL: Readonly<Record<string, string>> = {
  'socket of another family': 'EAFNOSUPPORT',
  'socket of another protocol': 'EPROTONOSUPPORT',
  'socket of another type': 'ESOCKTNOSUPPORT',
  'bind with a short address': 'EINVAL',
  'bind to another family': 'EINVAL',
  'bind to a foreign CID': 'EADDRNOTAVAIL',
  bind: '0',
  'bind twice': 'EINVAL',
  'bind to a taken port': 'EADDRINUSE',
  'bind to any port': '0',
  'bind without an address': 'EFAULT',
  'listen unbound': 'EINVAL',
  'accept without listen': 'EINVAL',
  listen: '0',
  'listen again': '0',
  'connect of a listener': 'EINVAL',
  'accept with unknown flags': 'EINVAL',
  'accept of a non-blocking socket': 'EAGAIN',
  'accept after SO_RCVTIMEO': 'EAGAIN',
  'send unconnected': 'ENOTCONN',
  'recv unconnected': 'ENOTCONN',
  'shutdown unconnected': 'ENOTCONN',
  'getpeername unconnected': 'ENOTCONN',
  'sendto with an address': 'EOPNOTSUPP',
  'shutdown of nothing': 'EINVAL',
  'connect with a short address': 'EINVAL',
  'send after close': 'EBADF',
  'close twice': 'EBADF',
  'socket calls of a file': 'ENOTSOCK',
  'SO_RCVTIMEO of another length': 'EINVAL',
  'SO_RCVTIMEO out of range': 'EDOM',
  'connect timeout of a negative time': 'ERANGE',
  'connect timeout of 0': '0',
  'get it': '0',
  'its seconds': '2',
  'get SO_LINGER': '0',
  'get SO_REUSEPORT': '0',
  'unknown option': 'ENOPROTOOPT',
  'unknown option of the vsock': 'ENOPROTOOPT',
  'option of another level': 'ENOPROTOOPT',
  'buffer size of another length': 'EINVAL',
  'get an option of another level': 'ENOPROTOOPT',
  'get an unknown option': 'ENOPROTOOPT',
  'get an unknown option of the vsock': 'ENOPROTOOPT',
  'poll of a closed descriptor': '1',
  'its event': 'POLLNVAL',
  'poll of nothing': '0',
  'select of a closed descriptor': 'EBADF',
  'select for more than a million microseconds': '0',
  'select of a negative time': 'EINVAL',
  'select of a negative count': 'EINVAL',
}

/** What a peer takes part in: vsock(7), connect(2), recv(2), send(2), and Linux's virtio transport. */
const WITH_A_PEER: Readonly<Record<string, string>> = {
  'connect to a foreign CID': 'ENETUNREACH',
  'connect to nobody': 'ECONNRESET',
  'connect from a chosen port': 'EADDRNOTAVAIL',
  'connect of a non-blocking socket': 'EINPROGRESS',
  'its SO_ERROR': '0',
  'connect again': 'EISCONN',
  'recv of a non-blocking socket': 'EAGAIN',
  'SO_ERROR after a refusal': 'ECONNRESET',
  connect: '0',
  'recv after SO_RCVTIMEO': 'EAGAIN',
  'recv with MSG_DONTWAIT': 'EAGAIN',
  'recv with MSG_OOB': 'EOPNOTSUPP',
  'sendto of a connected socket': 'EISCONN',
  'send from nowhere': 'EFAULT',
  'send of 2^31 bytes': 'EFAULT',
  shutdown: '0',
  'send after shutdown': 'EPIPE',
  'recv of nothing': '0',
  'recv with MSG_PEEK': '5',
  'recv with MSG_WAITALL': '5',
  'recv at the end': '0',
  'recv after a reset': 'ECONNRESET',
  'send after a reset': 'ECONNRESET',
  'the device': '0',
  'an unknown request': 'ENOTTY',
  'one socket too many': 'EMFILE',
}

const rowsOf = (text: string): Record<string, string> =>
  Object.fromEntries(
    text
      .trim()
      .split('\n')
      .map((line) => line.split(': ') as [string, string]),
  )

describe.skipIf(!clang)('AF_VSOCK in C', () => {
  let parent: Parent
  let rows: Record<string, string>
  let cid: number
  beforeAll(async () => {
    parent = await createParent({ vcpus: 1, memoryMiB: 64 })
    const { promise, resolve } = Promise.withResolvers<string>()
    parent.listen(6000, (socket) => void new Response(socket.readable).text().then(resolve))
    parent.listen(6001, () => {})
    parent.listen(6002, async (socket) => {
      await socket.readable.getReader().read()
      socket.reset()
    })
    parent.listen(6003, async (socket) => {
      const writer = socket.writable.getWriter()
      await writer.write(new TextEncoder().encode('hello'))
      await writer.close()
    })
    const enclave = await parent.start(await imageOf(program('errors')), { vcpus: 1, memoryMiB: 64 })
    cid = enclave.cid
    rows = rowsOf(await promise)
  })
  afterAll(() => parent?.close())

  test.each(Object.entries({ ...LOCAL, ...WITH_A_PEER }))('%s: %s', (what, outcome) => {
    expect(rows[what]).toBe(outcome)
  })

  test('the device knows the CID', () => expect(rows['the CID of the device']).toBe(String(cid)))

  test('the same program has the same answers from Linux, where it has AF_VSOCK', async ({ skip }) => {
    const native = execFileSync(await compileForThisMachine(program('errors')), { encoding: 'utf8' })
    if (native.includes('EAFNOSUPPORT') && rowsOf(native)['bind'] !== '0') skip('this Linux has no AF_VSOCK')
    expect(rowsOf(native)).toEqual(LOCAL)
  })
})
