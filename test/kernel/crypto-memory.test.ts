/** Nothing of an operation's input stays in the memory of the crypto module, which includes its stack. */
import { beforeAll, expect, test } from 'vitest'
import { bytes, type Caller, caller, PART } from './crypto-caller.ts'

let engine: Caller
let instance: WebAssembly.Instance
/** The memory of an instance that worked with other keys, because two tables of constants are made on first use. */
let before: Uint8Array

const memory = () => new Uint8Array((instance.exports['memory'] as WebAssembly.Memory).buffer)

beforeAll(() => {
  const Original = WebAssembly.Instance
  WebAssembly.Instance = class extends Original {
    constructor(...words: ConstructorParameters<typeof Original>) {
      super(...words)
      instance = this
    }
  }
  try {
    engine = caller()
    engine.call('ecPublic', [1], bytes(48, 99))
    engine.call('rsaGenerate', [1024, 65537], bytes(32, 99))
  } finally {
    WebAssembly.Instance = Original
  }
  before = memory().slice()
})

/** The addresses that do not hold what they held before; memory that was added since must be zero. */
function changed(): number[] {
  const now = memory()
  const places: number[] = []
  for (let at = 0; at < now.length; at++) if (now[at] !== (before[at] ?? 0)) places.push(at)
  return places
}

type Row = [title: string, run: () => unknown]
const call = (name: string, numbers: readonly number[], ...lists: Uint8Array[]): Row => [
  `${name} ${numbers} ${lists.map(({ length }) => length)}`,
  () => engine.call(name, numbers, ...lists),
]
const decide = (name: string, numbers: readonly number[], ...lists: Uint8Array[]): Row => [
  `${name} ${numbers}`,
  () => engine.decide(name, numbers, ...lists),
]
const DIGESTS = [0, 1, 2, 3] as const
/** More than fits into the buffer of the module. */
const TEXT = bytes(PART + 5)
const EXPONENT = Uint8Array.of(1, 0, 1)
const { call: prepare } = caller()
const RSA = prepare('rsaGenerate', [1024, 65537], bytes(32))!
const MODULUS = RSA.slice(0, 128)

const ROWS: readonly Row[] = [
  ...DIGESTS.flatMap((digest) => [
    call('hash', [digest], TEXT),
    call('hmac', [digest], bytes(40), TEXT),
    call('hkdf', [digest, 500], bytes(40), bytes(20), bytes(9)),
    call('pbkdf2', [digest, 3, 500], bytes(40), bytes(20)),
    call('rsaOaepOpen', [digest], RSA, bytes(9), bytes(128)),
    call('rsaOaepSeal', [digest], MODULUS, EXPONENT, bytes(32), bytes(9), bytes(20)),
    call('rsaSign', [digest], RSA, TEXT),
    decide('rsaVerify', [digest], MODULUS, EXPONENT, bytes(128), TEXT),
    call('rsaPssSign', [digest], RSA, bytes(20), TEXT),
    decide('rsaPssVerify', [digest, 20], MODULUS, EXPONENT, bytes(128), TEXT),
  ]),
  ...[16, 24, 32].flatMap((length) => [
    call('aesGcmSeal', [], bytes(length), bytes(12), bytes(9), TEXT),
    call('aesGcmOpen', [], bytes(length), bytes(12), bytes(9), TEXT),
    call('aesCbcSeal', [], bytes(length), bytes(16), TEXT),
    call('aesCbcOpen', [], bytes(length), bytes(16), bytes(PART + 16)),
    call('aesCtr', [64], bytes(length), bytes(16), TEXT),
    call('aesWrap', [], bytes(length), bytes(64)),
    call('aesUnwrap', [], bytes(length), bytes(64)),
  ]),
  ...([0, 1] as const).flatMap((curve) => {
    const key = bytes(curve === 0 ? 32 : 48)
    const point = prepare('ecPublic', [curve], key)!
    return [
      call('ecGenerate', [curve], bytes(64)),
      call('ecPublic', [curve], key),
      call('ecdh', [curve], key, point),
      call('ecdsaSign', [curve, curve], key, TEXT),
      decide('ecdsaVerify', [curve, curve], point, bytes(2 * key.length), TEXT),
    ]
  }),
  call('ed25519Public', [], bytes(32)),
  call('ed25519Sign', [], bytes(32), TEXT),
  decide('ed25519Verify', [], prepare('ed25519Public', [], bytes(32))!, bytes(64), TEXT),
  call('x25519', [], bytes(32), bytes(32, 9)),
  call('rsaGenerate', [1024, 65537], bytes(32)),
  call('rsaExponent', [65537], RSA),
  call('argon2id', [256, 1, 1, 32], bytes(9), bytes(16), bytes(8)),
]

test.each(ROWS)('%s', (_, run) => {
  run()
  expect(changed()).toEqual([])
})

test('every operation is in the table', () => {
  const names = new Set(ROWS.map(([title]) => title.split(' ')[0]))
  expect(Object.keys(engine.imports).filter((name) => !names.has(name))).toEqual([])
})
