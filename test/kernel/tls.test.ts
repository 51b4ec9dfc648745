/** webclave:engine/tls: calls by a hostile engine, sessions that do not exist, and a module that traps. */
import { randomBytes } from 'node:crypto'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { concatBytes } from '../../src/base/bytes.ts'
import { createTls } from '../../src/kernel/tls.ts'
import { loweredCalls } from '../../src/testing/interfaces/lowered.ts'
import { wat } from '../admission/support.ts'
import { issue } from '../support/certificates.ts'
import { rawOf } from './rig.ts'

type Call = (...args: readonly (number | Uint8Array)[]) => unknown

const SEED = Uint8Array.from(randomBytes(64))
const NONE = new Uint8Array(0)
const NAME = new TextEncoder().encode('localhost')
const { der } = issue({ subject: 'authority', isAuthority: true })
const MAX_PART = 32_768

/** Each after its length. */
function listOf(...certificates: Uint8Array[]): Uint8Array {
  return concatBytes(
    ...certificates.flatMap((certificate) => [
      new Uint8Array(Uint32Array.of(certificate.byteLength).buffer),
      certificate,
    ]),
  )
}

function createModule(): Record<'begin' | 'open' | 'run' | 'close', Call> {
  const operation = loweredCalls(createTls)
  return {
    begin: operation('begin'),
    open: operation('open'),
    run: operation('run'),
    close: operation('close'),
  }
}

const words = (result: unknown): number[] | undefined => {
  if (result === undefined) return undefined
  const bytes = result as Uint8Array
  return [...new Uint32Array(bytes.slice(0, bytes.byteLength & ~3).buffer)]
}

let tls: ReturnType<typeof createModule>
beforeEach(() => {
  tls = createModule()
})
const openOne = () => words(tls.open(SEED, NAME, NONE, NONE))![0]!

describe('begin', () => {
  test('must come first', () => {
    expect(tls.open(SEED, NAME, NONE, NONE)).toBeUndefined()
    expect(tls.run(1, 0, 0, NONE, NONE)).toBeUndefined()
    expect(tls.close(1)).toBe(false)
  })

  test.each([0, 31, 1025])('needs a seed of 32 to 1,024 bytes, and not %d', (length) => {
    expect(tls.begin(new Uint8Array(length), listOf(der))).toBeUndefined()
    expect(tls.open(SEED, NAME, NONE, NONE)).toBeUndefined()
  })

  const changed = der.slice(0, -300)
  test.each<[string, Uint8Array, number]>([
    ['none', NONE, 0],
    ['one', listOf(der), 1],
    ['three', listOf(der, der, der), 3],
    ['garbage between', listOf(der, Uint8Array.from(randomBytes(100)), changed, NONE, der), 2],
    ['one that is cut', listOf(der).subarray(0, -1), 0],
    ['a length that is cut', concatBytes(listOf(der), Uint8Array.of(1, 0, 0)), 1],
    ['a length beyond the list', concatBytes(listOf(der), Uint8Array.of(255, 255, 255, 255, 1)), 1],
    ['one that is too long', concatBytes(listOf(new Uint8Array(65_537)), listOf(der)), 0],
    ['one of the greatest length', listOf(new Uint8Array(65_536), der), 1],
  ])('counts the roots that can be read: %s', (_, roots, count) => {
    expect(words(tls.begin(SEED, roots))).toEqual([count])
  })

  test('is refused again: the sessions stay, and a guest has the memory of one module', () => {
    tls.begin(SEED, listOf(der))
    const handle = openOne()
    expect(tls.begin(SEED, listOf(der))).toBeUndefined()
    expect(tls.run(handle, 0, 0, NONE, NONE)).toBeDefined()
    expect(tls.close(handle)).toBe(true)
  })
})

describe('open', () => {
  beforeEach(() => void tls.begin(SEED, listOf(der)))
  const long = (length: number) => new Uint8Array(length).fill(97)

  test.each<[string, Uint8Array[], boolean]>([
    ['a name', [SEED, NAME, NONE, NONE], true],
    ['a name of 255 bytes, and a protocol of 32', [SEED, long(255), NONE, long(32)], true],
    ['a name of 256 bytes', [SEED, long(256), NONE, NONE], false],
    ['a protocol of 33 bytes', [SEED, NAME, NONE, long(33)], false],
    ['no name', [SEED, NONE, NONE, NONE], false],
    ['a short seed', [SEED.subarray(0, 31), NAME, NONE, NONE], false],
    ['a long seed', [new Uint8Array(1025), NAME, NONE, NONE], false],
    ['an IPv4 address', [SEED, NONE, long(4), NONE], true],
    ['an IPv6 address', [SEED, NAME, long(16), NONE], true],
    ['an address of 3 bytes', [SEED, NAME, long(3), NONE], false],
    ['an address of 5 bytes', [SEED, NAME, long(5), NONE], false],
    ['an address of 17 bytes', [SEED, NAME, long(17), NONE], false],
    ['a name of a mebibyte', [SEED, long(1 << 20), NONE, NONE], false],
  ])('with %s', (_, args, isOpen) => {
    expect(tls.open(...args) !== undefined).toBe(isOpen)
  })

  test('gives 64 handles and no more, and each again once it is closed', () => {
    const handles = Array.from({ length: 64 }, openOne)
    expect(new Set(handles).size).toBe(64)
    expect(tls.open(SEED, NAME, NONE, NONE)).toBeUndefined()
    for (const handle of handles) expect(tls.close(handle)).toBe(true)
    for (const handle of handles) expect(tls.close(handle)).toBe(false)
    expect(new Set(Array.from({ length: 64 }, openOne))).toEqual(new Set(handles))
  })
})

describe('run', () => {
  beforeEach(() => void tls.begin(SEED, listOf(der)))

  test.each([0, 2, 64, 65, 66, 1000, 0x7fffffff, -1, -0x80000000])(
    'of the handle %d, which nobody has',
    (handle) => {
      expect(openOne()).toBe(1)
      expect(tls.run(handle, 0, 0, NONE, NONE)).toBeUndefined()
      expect(tls.close(handle)).toBe(false)
      expect(tls.run(1, 0, 0, NONE, NONE)).toBeDefined()
    },
  )

  test('says hello, with the name and a new random value each time', () => {
    const hellos = [openOne(), openOne()].map((handle) => tls.run(handle, 0, 0, NONE, NONE) as Uint8Array)
    for (const hello of hellos) {
      const [state, , code, , length] = words(hello)!
      expect([state, code, length]).toEqual([0, 0, hello.byteLength - 20])
      expect([...hello.subarray(20, 23)]).toEqual([22, 3, 3])
      expect(Buffer.from(hello).includes('localhost')).toBe(true)
    }
    expect(hellos[0]!.subarray(31, 63)).not.toEqual(hellos[1]!.subarray(31, 63))
  })

  test('takes at most 32,768 bytes each', () => {
    const [most, more] = [new Uint8Array(MAX_PART), new Uint8Array(MAX_PART + 1)]
    expect(tls.run(openOne(), 0, 0, more, NONE)).toBeUndefined()
    expect(tls.run(openOne(), 0, 0, NONE, more)).toBeUndefined()
    expect(words(tls.run(openOne(), 0, 0, most, most))![0]).toBe(3)
  })

  test('does not send text before the handshake is over, nor does it end what has not begun', () => {
    const text = new TextEncoder().encode('the text of the application')
    for (const steps of [0, 2]) {
      const result = tls.run(openOne(), 0, steps, NONE, text) as Uint8Array
      expect(words(result)![0]).toBe(0)
      expect(Buffer.from(result).includes('application')).toBe(false)
    }
  })

  test('of a session that has failed fails again, and other sessions go on', () => {
    const [failing, other] = [openOne(), openOne()]
    for (let count = 0; count < 3; count++)
      expect(words(tls.run(failing, 0, 0, Uint8Array.from(randomBytes(100)), NONE))!.slice(0, 1)).toEqual([3])
    expect(words(tls.run(failing, 0, 1, NONE, NONE))![0]).toBe(3)
    expect(words(tls.run(other, 0, 0, NONE, NONE))![0]).toBe(0)
    expect(words(tls.run(other, 0, 1, NONE, NONE))!.slice(0, 3)).toEqual([3, 0x0304, -0x7280 >>> 0])
  })

  test('takes numbers with any bits', () => {
    for (const number of [-1, 0x80000000, 0xffffffff]) {
      expect(tls.run(openOne(), number, number, NONE, NONE)).toBeDefined()
    }
  })
})

describe('a module that traps', () => {
  let module: WebAssembly.Module
  beforeAll(async () => {
    // The session 2 traps; each begin has a memory of its own.
    module = new WebAssembly.Module(
      (await wat(`(module
        (memory (export "memory") 3)
        (func (export "buffer") (result i32) i32.const 65536)
        (func (export "tls_begin") (param i32) (result i32) i32.const 1)
        (func (export "tls_root") (param i32) (result i32) i32.const 0)
        (func (export "tls_has") (param i32) (result i32) i32.const 1)
        (func (export "tls_run") (param i32 i32 i32 i32 i32 i32) (result i32)
          (if (i32.eq (local.get 0) (i32.const 2)) (then unreachable))
          (i32.store (i32.const 0) (i32.add (i32.load (i32.const 0)) (i32.const 1)))
          (i32.load (i32.const 0)))
        (func (export "tls_version") (param i32) (result i32) i32.const 0)
        (func (export "tls_code") (param i32) (result i32) i32.const 0)
        (func (export "tls_flags") (param i32) (result i32) i32.const 0)
        (func (export "tls_out") (result i32) i32.const 0)
        (func (export "tls_out_length") (result i32) i32.const 0)
        (func (export "tls_text") (result i32) i32.const 0)
        (func (export "tls_text_length") (result i32) i32.const 0)
        (func (export "tls_wipe"))
      )`)) as Uint8Array<ArrayBuffer>,
    )
  })

  test('does not trap the engine, and is not used again before the next begin', () => {
    const operation = loweredCalls(() => createTls(module))
    const [begin, run] = ['begin', 'run'].map(operation) as [Call, Call]
    begin(SEED, NONE)
    expect([words(run(1, 0, 0, NONE, NONE))![0], words(run(1, 0, 0, NONE, NONE))![0]]).toEqual([1, 2])
    expect(run(2, 0, 0, NONE, NONE)).toBeUndefined()
    expect(run(1, 0, 0, NONE, NONE)).toBeUndefined()
    begin(SEED, NONE)
    expect(words(run(1, 0, 0, NONE, NONE))![0]).toBe(1)
  })

  test('while an engine that names memory it has not traps itself', () => {
    const memory = new WebAssembly.Memory({ initial: 1 })
    const imports = createTls(module)
    const call = (name: string, ...numbers: number[]) =>
      rawOf(imports[name], { memory, realloc: () => 0xfff0, resourceTables: [] })(...numbers)
    expect(() => call('begin', 65_536 - 10, 64, 0, 0, 16)).toThrow()
    expect(() => call('begin', 1024, 64, 0x7fffffff, 8, 16)).toThrow()
    call('begin', 1024, 64, 0, 0, 16)
    expect(() => call('run', 1, 0, 0, -1, 1, 0, 0, 16)).toThrow()
    // Its allocator gives what is not there.
    expect(() => call('run', 1, 0, 0, 0, 0, 0, 0, 16)).toThrow()
    expect(() => call('run', 1, 0, 0, 0, 0, 0, 0, 65_530)).toThrow()
  })
})
