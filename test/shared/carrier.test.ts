/** The carrier: whom it connects with whom, and what hostile enclaves and machines can make it do. */
import { describe, expect, test } from 'vitest'
import { concatBytes } from '../../src/base/bytes.ts'
import { shareSecrets } from '../../src/shared/index.ts'
import { Line, type Stream } from '../../src/shared/line.ts'
import { answerOf, CHALLENGE, FakeParent, gives, type Holding, pair, ready, SOON } from './fakes.ts'

/** A parent on which enclave 4 has created the secret. */
async function withHolder(holding: Holding = gives('from 4'), options = {}) {
  const parent = new FakeParent()
  const sharing = shareSecrets(parent, options)
  parent.start(4, holding)
  const line = parent.ask(4)
  expect(await answerOf(line)).toBe('NONE')
  await ready(line)
  return { parent, sharing }
}

const raw = (bytes: Uint8Array): Holding => {
  return async ({ writable }) => {
    const writer = writable.getWriter()
    await writer.write(bytes)
    await writer.close()
  }
}

const brokenOff = { code: 'E_SHARED_FRAME' }

describe('enclaves of one machine', () => {
  test('the first creates the secret, and gives it to the next', async () => {
    const { parent, sharing } = await withHolder()
    expect(sharing.holders).toBe(1)
    parent.start(5, gives('from 5'))
    const line = parent.ask(5)
    expect(await answerOf(line)).toBe('from 4')
    await ready(line)
    expect(sharing.holders).toBe(2)
  })

  test('of several that start at the same moment one creates it, and the others wait for it', async () => {
    const parent = new FakeParent()
    shareSecrets(parent)
    for (const cid of [4, 5, 6]) parent.start(cid, gives(`from ${cid}`))
    const lines = [4, 5, 6].map((cid) => parent.ask(cid))
    const others = [answerOf(lines[1]!), answerOf(lines[2]!)]
    expect(await answerOf(lines[0]!)).toBe('NONE')
    let isAnswered = false
    void Promise.race(others).then(() => {
      isAnswered = true
    })
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(isAnswered).toBe(false)
    await ready(lines[0]!)
    expect(await Promise.all(others)).toEqual(['from 4', 'from 4'])
  })

  test('if the first one ends before it has created it, another creates it', async () => {
    const parent = new FakeParent()
    shareSecrets(parent)
    for (const cid of [4, 5]) parent.start(cid, gives(`from ${cid}`))
    const [one, other] = [parent.ask(4), parent.ask(5)]
    expect(await answerOf(one)).toBe('NONE')
    const answer = answerOf(other)
    one.breakOff('it has ended')
    expect(await answer).toBe('NONE')
  })

  test('if the first one takes too long, another creates it, and the first asks anew', async () => {
    const parent = new FakeParent()
    shareSecrets(parent, { createTimeout: 20 })
    for (const cid of [4, 5]) parent.start(cid, gives(`from ${cid}`))
    const [one, other] = [parent.ask(4), parent.ask(5)]
    expect(await answerOf(one)).toBe('NONE')
    expect(await answerOf(other)).toBe('NONE')
    await ready(other)
    await expect(ready(one)).rejects.toBeTruthy()
    const again = parent.ask(4)
    expect(await answerOf(again)).toBe('from 5')
  })

  test('an enclave that has ended is not asked, even if another has its CID', async () => {
    const { parent, sharing } = await withHolder()
    parent.end(4)
    parent.start(4, gives('from another'), 'another module')
    expect(sharing.holders).toBe(0)
    parent.start(5)
    expect(await answerOf(parent.ask(5))).toBe('NONE')
    expect(parent.asked).toEqual([])
  })

  test('while one that has the secret runs, none is created, even if it does not answer', async () => {
    const { parent } = await withHolder(() => {})
    parent.start(4)
    parent.start(5)
    await expect(answerOf(parent.ask(5))).rejects.toBeTruthy()
    // The control: it answers again.
    parent.start(4, gives('from 4'))
    expect(await answerOf(parent.ask(5))).toBe('from 4')
  })

  test('one that asks again has lost it, and is not asked', async () => {
    const { parent, sharing } = await withHolder()
    expect(await answerOf(parent.ask(4))).toBe('NONE')
    expect(sharing.holders).toBe(0)
    expect(parent.asked).toEqual([])
  })

  test.each(['answered', 'left'])(
    'the connection to the one that is asked ends when the other has %s',
    async (how) => {
      const { promise, resolve } = Promise.withResolvers<string>()
      const { parent } = await withHolder(async (stream) => {
        const source = new Line(stream)
        try {
          await source.send(SOON, 'CHALLENGE', CHALLENGE)
          await source.receive(SOON, 'REQUEST')
          await source.send(SOON, 'ANSWER', new TextEncoder().encode('from 4'))
          await source.receive(SOON, 'REQUEST')
        } catch (error) {
          resolve((error as { code: string }).code)
        }
      })
      parent.start(5)
      const line = parent.ask(5)
      if (how === 'answered') expect(await answerOf(line)).toBe('from 4')
      else {
        await line.receive(SOON, 'CHALLENGE')
        line.breakOff('it leaves')
      }
      // Not E_SHARED_TIMEOUT.
      expect(await promise).toBe('E_SHARED_FRAME')
    },
  )

  test('all are asked in turn', async () => {
    const { parent } = await withHolder()
    parent.start(5, gives('from 5'))
    const line = parent.ask(5)
    await answerOf(line)
    await ready(line)
    parent.start(6)
    const answers: string[] = []
    for (let at = 0; at < 4; at++) answers.push(await answerOf(parent.ask(6)))
    expect(new Set(answers)).toEqual(new Set(['from 4', 'from 5']))
  })

  test('a refusal arrives', async () => {
    const { parent } = await withHolder(async (stream) => {
      const line = new Line(stream)
      await line.send(SOON, 'CHALLENGE', CHALLENGE)
      await line.receive(SOON, 'REQUEST')
      await line.send(SOON, 'REFUSED', new TextEncoder().encode('because'))
    })
    parent.start(5)
    expect(await answerOf(parent.ask(5))).toBe('refused: because')
  })
})

describe('a hostile enclave that has the secret', () => {
  const head = (kind: number, length: number) => {
    const bytes = new Uint8Array(5)
    bytes[0] = kind
    new DataView(bytes.buffer).setUint32(1, length)
    return bytes
  }
  test.each<[what: string, holding: Holding]>([
    ['claims 2 GB', raw(head(1, 0x7fffffff))],
    ['claims 4 GB', raw(head(1, 0xffffffff))],
    ['sends an unknown kind', raw(head(99, 0))],
    ['sends another kind', raw(concatBytes(head(2, 1), Uint8Array.of(1)))],
    ['cuts a frame', raw(concatBytes(head(1, 32), CHALLENGE.slice(1)))],
    ['cuts a head', raw(head(1, 32).slice(0, 3))],
    ['sends nothing', raw(new Uint8Array(0))],
    ['says that nobody has it', raw(head(0, 0))],
    ['is silent', () => {}],
  ])('%s: another one is asked', async (_, holding) => {
    const { parent } = await withHolder(holding, { timeout: 200 })
    parent.start(5, gives('from 5'))
    // It is on its own machine too: the secret is there already, but only 4 is known.
    await expect(answerOf(parent.ask(5))).rejects.toBeTruthy()
    parent.end(4)
    const line = parent.ask(5)
    expect(await answerOf(line)).toBe('NONE')
    await ready(line)
    parent.start(4, holding)
    parent.start(6)
    expect(await answerOf(parent.ask(6))).toBe('from 5')
  })
})

describe('a hostile enclave that asks', () => {
  test('holds up nobody but itself', async () => {
    const { parent } = await withHolder(gives('from 4'), { timeout: 50 })
    parent.start(5)
    parent.start(6)
    const silent = parent.ask(5)
    await silent.receive(SOON, 'CHALLENGE')
    expect(await answerOf(parent.ask(6))).toBe('from 4')
    await expect(silent.receive(SOON, 'ANSWER')).rejects.toBeTruthy()
  })

  test('has one connection: the newest', async () => {
    const { parent } = await withHolder()
    parent.start(5)
    const first = parent.ask(5)
    await first.receive(SOON, 'CHALLENGE')
    const second = parent.ask(5)
    await expect(first.receive(SOON, 'ANSWER')).rejects.toMatchObject({ got: 'the enclave asks anew' })
    expect(await answerOf(second)).toBe('from 4')
  })

  test('that says at once that it has the secret is broken off', async () => {
    const { parent, sharing } = await withHolder()
    parent.start(5)
    const line = parent.ask(5)
    await line.send(SOON, 'READY')
    await expect(line.receive(SOON, 'NOTED')).rejects.toMatchObject(brokenOff)
    expect(sharing.holders).toBe(1)
  })
})

describe('other machines', () => {
  /** A machine that asks `answer` of another one. */
  const peerOf = (answer: (stream: Stream) => unknown) => () => {
    const [here, there] = pair()
    void answer(there)
    return here
  }

  test('give the secret', async () => {
    const { sharing } = await withHolder()
    const parent = new FakeParent()
    const here = shareSecrets(parent, { peers: [peerOf(sharing.answer)] })
    parent.start(9, gives('from 9'))
    const line = parent.ask(9)
    expect(await answerOf(line)).toBe('from 4')
    await ready(line)
    expect(here.holders).toBe(1)
  })

  test('only one machine creates it, once all others say that they have none', async () => {
    const idle = shareSecrets(new FakeParent())
    let isReachable = false
    const peer = () => {
      if (!isReachable) throw new Error('unreachable')
      return peerOf(idle.answer)()
    }
    const first = new FakeParent()
    const second = new FakeParent()
    shareSecrets(first, { peers: [peer], creates: true })
    shareSecrets(second, { peers: [peer] })
    for (const parent of [first, second]) parent.start(4)
    await expect(answerOf(first.ask(4))).rejects.toBeTruthy()
    isReachable = true
    await expect(answerOf(second.ask(4))).rejects.toBeTruthy()
    expect(await answerOf(first.ask(4))).toBe('NONE')
  })

  test('a few at a time', async () => {
    const { sharing } = await withHolder(gives('from 4'), { maxConnections: 2 })
    const open = () => {
      const [here, there] = pair()
      return { line: new Line(here), done: sharing.answer(there) }
    }
    const two = [open(), open()]
    for (const { line } of two) await line.receive(SOON, 'CHALLENGE')
    const third = open()
    await expect(third.line.receive(SOON, 'CHALLENGE')).rejects.toMatchObject(brokenOff)
    await third.done
    for (const { line, done } of two) {
      line.breakOff('enough')
      await done
    }
    expect(await answerOf(open().line)).toBe('from 4')
  })

  test('that are silent are broken off', async () => {
    const { sharing } = await withHolder(gives('from 4'), { timeout: 50 })
    const [, there] = pair()
    await sharing.answer(there)
  })
})

test('once it is closed, all connections end, and none is served', async () => {
  const { parent, sharing } = await withHolder()
  parent.start(5)
  const line = parent.ask(5)
  await line.receive(SOON, 'CHALLENGE')
  const [here, there] = pair()
  const done = sharing.answer(there)
  sharing.close()
  await expect(line.receive(SOON, 'ANSWER')).rejects.toMatchObject({ got: 'shareSecrets was closed' })
  await done
  await expect(new Line(here).receive(SOON, 'ANSWER')).rejects.toBeTruthy()
  const [, later] = pair()
  await sharing.answer(later)
})

describe('options', () => {
  test.each([
    [{ port: -1 }],
    [{ port: 1.5 }],
    [{ holdPort: '1' }],
    [{ timeout: 0 }],
    [{ createTimeout: Number.NaN }],
    [{ maxConnections: 0 }],
    [{ peers: {} }],
    [{ peers: [1] }],
    [{ creates: 1 }],
    [{ prot: 1 }],
    [null],
  ])('%j is refused', (options) => {
    expect(() => shareSecrets(new FakeParent(), options as never)).toThrow(
      expect.objectContaining({ code: 'E_SHARED_OPTION' }),
    )
  })

  test('another object than a parent is refused', () => {
    for (const parent of [undefined, {}, { listen() {} }])
      expect(() => shareSecrets(parent as never)).toThrow(
        expect.objectContaining({ code: 'E_SHARED_OPTION' }),
      )
  })
})
