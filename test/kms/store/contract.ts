/** The contract of every store, as cases that run in Node and in a page (test/e2e/kms-page.ts) alike. */
import type { Bytes } from '../../../src/base/bytes.ts'
import { createKms } from '../../../src/kms/core/kms.ts'
import type { Change, KmsStore } from '../../../src/kms/store/store.ts'

/** What a case has found, and what it expects; both are JSON. */
export type Finding = readonly [found: unknown, expected: unknown]
/** Two connections to one empty store, as two processes would have. */
export type OpenBoth = () => Promise<readonly [KmsStore, KmsStore]>

const bytes = (...values: number[]): Bytes => Uint8Array.from(values)
const add = (name: string, ...values: number[]): Change => ({ name, from: undefined, to: bytes(...values) })
const found = async (store: KmsStore, name: string) => {
  const value = await store.get(name)
  return value === undefined ? 'nothing' : [...value]
}
const wins = (outcomes: readonly boolean[]) => outcomes.filter(Boolean).length

/** The cases by their names. */
export const CONTRACT: Readonly<Record<string, (open: OpenBoth) => Promise<readonly Finding[]>>> = {
  async 'returns copies of what was written, whatever its bytes'(open) {
    const [store, other] = await open()
    const value = Uint8Array.from({ length: 256 }, (_, at) => 255 - at)
    const findings: Finding[] = [[await store.write([{ name: 'a', from: undefined, to: value }]), true]]
    const kept = [...value]
    value[0] = 9
    findings.push([await found(store, 'a'), kept], [await found(other, 'a'), kept])
    const large = new Uint8Array(300_000).fill(7)
    await store.write([{ name: 'large', from: undefined, to: large }])
    findings.push([(await other.get('large'))?.byteLength, large.byteLength])
    return [...findings, [await found(store, 'b'), 'nothing']]
  },

  async 'writes all or nothing, and only over the expected bytes'(open) {
    const [store, other] = await open()
    const findings: Finding[] = [[await store.write([add('a', 1), add('b', 2)]), true]]
    const refused: Change[][] = [
      [{ name: 'a', from: bytes(1), to: bytes(3) }, add('b', 4)],
      [add('c', 1), { name: 'b', from: bytes(3), to: undefined }],
      [
        { name: 'a', from: bytes(1), to: undefined },
        { name: 'b', from: bytes(2, 0), to: bytes(5) },
      ],
      [{ name: 'c', from: bytes(1), to: bytes(2) }],
      [{ name: 'c', from: bytes(1), to: undefined }],
      [add('d', 1), { name: 'a', from: undefined, to: undefined }],
    ]
    for (const changes of refused) {
      findings.push([await other.write(changes), false], [await store.names('', 10), ['a', 'b']])
      findings.push([
        [await found(store, 'a'), await found(store, 'b')],
        [[1], [2]],
      ])
    }
    const changes = [
      { name: 'b', from: bytes(2), to: bytes(5) },
      { name: 'a', from: bytes(1), to: undefined },
      add('c'),
    ]
    findings.push([await other.write(changes), true], [await store.write([]), true])
    return [
      ...findings,
      [
        [await found(store, 'a'), await found(store, 'b'), await found(store, 'c')],
        ['nothing', [5], []],
      ],
    ]
  },

  async 'can expect that a record does not exist, and stays so'(open) {
    const [store] = await open()
    const none = { name: 'a', from: undefined, to: undefined }
    const findings: Finding[] = [
      [await store.write([none, add('b', 1)]), true],
      [await store.names('', 10), ['b']],
    ]
    return [...findings, [await store.write([{ ...none, name: 'b' }]), false]]
  },

  async 'lists names with a prefix, in the order of their bytes, in pages'(open) {
    const [store] = await open()
    const names = [
      'key/b',
      'alias/x',
      'key/a',
      'key/c',
      'keys',
      'key/B',
      'key/-',
      'key/_',
      'key/a/b',
      'key/10',
      'key/9',
    ]
    const all = ['key/-', 'key/10', 'key/9', 'key/B', 'key/_', 'key/a', 'key/a/b', 'key/b', 'key/c']
    await store.write(names.map((name) => add(name, 1)))
    return [
      [await store.names('key/', 100), all],
      [await store.names('key/', 2), all.slice(0, 2)],
      [await store.names('key/', 2, 'key/a/b'), all.slice(7)],
      [await store.names('key/', 2, 'alias/x'), all.slice(0, 2)],
      [await store.names('none', 2), []],
    ]
  },

  async 'reads many records at once, each as it is'(open) {
    const [store, other] = await open()
    const names = Array.from({ length: 250 }, (_, at) => `key/${at}`)
    await store.write(names.filter((_, at) => at % 3 > 0).map((name, at) => add(name, at % 256, 1)))
    const together = await Promise.all([...names, 'key/1', 'key/1'].map((name) => found(other, name)))
    const alone: unknown[] = []
    for (const name of [...names, 'key/1', 'key/1']) alone.push(await found(store, name))
    const findings: Finding[] = [
      [together, alone],
      [together.slice(0, 3), ['nothing', [0, 1], [1, 1]]],
    ]
    // What was acknowledged before a question is in its answer.
    const before = other.get('key/0')
    await store.write([add('key/0', 9)])
    findings.push([await found(other, 'key/0'), [9]])
    await before
    return findings
  },

  async 'knows no record under a name that none has, whatever callers send'(open) {
    const [store] = await open()
    await store.write([add('alias/a', 1), add('alias/b', 1)])
    const hostile = [
      'alias/\0',
      'alias/\ud800',
      'alias/é',
      'alias/a\0',
      '\u{10ffff}',
      `alias/${'x'.repeat(2048)}`,
      "'; --",
    ]
    const findings: Finding[] = []
    for (const name of hostile) findings.push([await found(store, name), 'nothing'])
    findings.push([await store.names('alias/', 9, 'alias/a\0'), ['alias/b']])
    findings.push([await store.names('alias/', 9, 'alias/a\u{e9}'), ['alias/b']])
    findings.push([await store.names('alias/', 9, 'alias/\u{1}'), ['alias/a', 'alias/b']])
    return [...findings, [await store.names('alias/', 9, '\u{20ac}'), []]]
  },

  async 'lets one of several writers win'(open) {
    const both = await open()
    const rounds = async (changesOf: (at: number) => Change[]) =>
      wins(await Promise.all(Array.from({ length: 20 }, (_, at) => both[at % 2]!.write(changesOf(at)))))
    const findings: Finding[] = [[await rounds((at) => [add('new', at)]), 1]]
    const from = (await both[0].get('new'))!
    findings.push([await rounds((at) => [{ name: 'new', from, to: bytes(at, at) }]), 1])
    // Each needs all of many records, which it names in the one or the other order.
    const names = Array.from({ length: 50 }, (_, at) => `x${at}`)
    const inTurn = (at: number, changes: Change[]) => (at % 4 < 2 ? changes : changes.reverse())
    findings.push([
      await rounds((at) =>
        inTurn(
          at,
          names.map((name) => add(name, at)),
        ),
      ),
      1,
    ])
    const held = (await both[0].get('x0'))!
    const to = (at: number) => names.map((name) => ({ name, from: held, to: bytes(at, 1) }))
    findings.push([await rounds((at) => inTurn(at, to(at))), 1])
    const ends = await Promise.all(names.map((name, at) => found(both[at % 2]!, name)))
    findings.push([ends, names.map(() => ends[0])])
    const last = (await both[0].get('new'))!
    return [...findings, [await rounds(() => [{ name: 'new', from: last, to: undefined }]), 1]]
  },

  async 'keeps all concurrent changes of one key'(open) {
    const [store] = await open()
    const kms = await createKms({ store })
    const { keyId } = (await kms.owner.createKey({})).keyMetadata
    const tags = Array.from({ length: 20 }, (_, at) => [{ tagKey: `${at}`, tagValue: '' }])
    await Promise.all(tags.map((one) => kms.owner.tagResource({ keyId, tags: one })))
    return [[(await kms.owner.listResourceTags({ keyId })).tags.length, 20]]
  },
}
