/** What Node's modules give for the same questions, in Node and in an enclave. Every answer is JSON. */
import assert from 'node:assert'
import { AsyncLocalStorage } from 'node:async_hooks'
import { Buffer } from 'node:buffer'
import crypto, { createHash, createHmac } from 'node:crypto'
import EventEmitter, { on, once } from 'node:events'
import path from 'node:path'
import querystring from 'node:querystring'
import { PassThrough, Readable, Transform } from 'node:stream'
import { buffer, text } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { StringDecoder } from 'node:string_decoder'
import { setTimeout as sleep } from 'node:timers/promises'
import url from 'node:url'
import util from 'node:util'
import { ofBytes } from './bytes.ts'
import { ofCommandLine } from './command-line.ts'
import { ofFunctions } from './functions.ts'
import { thrown } from './thrown.ts'
import { ofWaiting } from './waiting.ts'

const hex = (bytes: Uint8Array | ArrayBuffer) => Buffer.from(bytes as Uint8Array).toString('hex')
function ofBuffer() {
  const bytes = Buffer.from('héllo wörld?>', 'utf8')
  const encodings = ['hex', 'base64', 'base64url', 'latin1', 'utf16le', 'ascii'] as const
  return {
    encoded: encodings.map((encoding) => bytes.toString(encoding)),
    decoded: encodings.map((encoding) => hex(Buffer.from(bytes.toString(encoding), encoding))),
    lengths: encodings.map((encoding) => Buffer.byteLength('AAAA', encoding)),
    known: Buffer.isEncoding('base64url') && !Buffer.isEncoding('base65'),
    numbers: [
      bytes.readUInt32BE(1),
      bytes.readInt16LE(2),
      bytes.readDoubleLE(0),
      `${bytes.readBigUInt64BE(0)}`,
    ],
    found: [bytes.indexOf('w'), bytes.includes('zz'), bytes.lastIndexOf('l')],
    compared: [Buffer.compare(bytes, Buffer.alloc(3)), bytes.equals(Buffer.from(bytes))],
    json: JSON.stringify(bytes.subarray(0, 3)),
    filled: Buffer.alloc(5, 'ab').toString(),
    joined: Buffer.concat([bytes, Buffer.of(1)]).length,
  }
}

function ofUtil() {
  const value = { a: [1, { b: new Map([['k', new Set([1])]]) }], [Symbol('s')]: /x/g, f() {}, d: new Date(0) }
  return {
    inspected: util.inspect(value, { depth: 4 }),
    formatted: util.format('%s %d %j %o %%', 'x', 1.5, { a: 1 }, [1], 'more'),
    equal: [
      util.isDeepStrictEqual(new Map([[1, { a: 1 }]]), new Map([[1, { a: 1 }]])),
      util.isDeepStrictEqual([0], [-0]),
      util.isDeepStrictEqual({ a: undefined }, {}),
    ],
    types: [
      util.types.isPromise(Promise.resolve()),
      util.types.isUint8Array(Buffer.alloc(1)),
      util.types.isMap(new Set()),
      util.types.isDate(Object.create(Date.prototype)),
      util.types.isAsyncFunction(1),
      util.types.isBoxedPrimitive(Object(1n)),
    ],
    assertions: [
      thrown(() => assert.deepStrictEqual({ a: 1 }, { a: 2 })),
      // unenv 2.0.0-rc.25 compares JSON, and takes these for equal (findings/unenv-deep-equal.sh).
      thrown(() => assert.deepStrictEqual(new Map([[1, 2]]), new Map())),
      thrown(() => assert.deepStrictEqual(/a/, /b/)),
      thrown(() => assert.deepEqual([1, '2'], [1, 2])),
      thrown(() => assert(false)),
      thrown(() => assert.throws(() => {})),
    ],
  }
}

function ofNames() {
  const parsed = url.parse('https://user:pw@example.com:8080/p/a?q=1&q=2#h', true)
  return {
    paths: [
      path.join('/a', '../b', './c'),
      path.resolve('/x', 'y'),
      path.relative('/a/b', '/a/c/d'),
      path.extname('x.tar.gz'),
    ],
    parsedPath: path.parse('/home/x.txt'),
    url: [
      parsed.host,
      parsed.pathname,
      JSON.stringify(parsed.query),
      url.format(parsed),
      url.resolve('/one/two', '../three'),
    ],
    query: [
      querystring.stringify({ a: ['1', 'é'], b: '' }),
      JSON.stringify(querystring.parse('a=1&a=2&b=%20')),
    ],
  }
}

async function ofStreams() {
  const upper = new Transform({
    transform(part, _, done) {
      done(null, part.toString().toUpperCase())
    },
  })
  const sink = new PassThrough()
  await pipeline(Readable.from(['ab', 'cd']), upper, sink)
  const decoder = new StringDecoder('utf8')
  const emitter = new EventEmitter()
  setTimeout(() => emitter.emit('ready', 1, 2))
  const ready = await once(emitter, 'ready')
  const seen: unknown[] = []
  setTimeout(() => [1, 2].forEach((value) => void emitter.emit('value', value)))
  for await (const [value] of on(emitter, 'value')) {
    seen.push(value)
    if (seen.length === 2) break
  }
  return {
    piped: await text(sink),
    whole: hex(await buffer(Readable.from([Buffer.of(1), Buffer.of(2)]))),
    decoded: [decoder.write(Buffer.of(0xc3)), decoder.write(Buffer.of(0xa9)), decoder.end()],
    events: { ready, seen, count: emitter.listenerCount('value') },
    unheard: thrown(() => new EventEmitter().emit('error', new RangeError('x'))),
    slept: await sleep(2, 'slept'),
  }
}

async function ofStorage() {
  const storage = new AsyncLocalStorage<string>()
  const seen: unknown[] = []
  const note = async (label: string) => {
    await null
    seen.push([label, storage.getStore()])
    await sleep(2)
    seen.push([label, storage.getStore()])
  }
  await Promise.all([
    storage.run('one', () => note('first')),
    storage.run('two', () => note('second')),
    note('none'),
  ])
  storage.run('three', () => {
    setTimeout(() => seen.push(storage.getStore()))
    storage.exit(() => seen.push(storage.getStore() ?? 'left'))
  })
  await sleep(5)
  return seen.map((entry) => JSON.stringify(entry)).sort()
}

function ofCrypto() {
  const names = [
    'sha1',
    'sha256',
    'SHA384',
    'RSA-SHA512',
    'sha3-256',
    'md5',
    'ripemd160',
    'blake2b512',
    'sha512-256',
  ]
  const digests = names.map((name) => createHash(name).update('a').update(Buffer.from('bc')).digest('hex'))
  const open = createHash('sha256').update('a')
  return {
    digests,
    copied: [open.copy().digest('base64url'), open.update('b').digest('hex')],
    macs: ['sha256', 'sha1'].map((name) => createHmac(name, 'key').update('data').digest('hex')),
    derived: [
      hex(crypto.pbkdf2Sync('password', 'salt', 3, 20, 'sha256')),
      hex(crypto.hkdfSync('sha384', 'secret', 'salt', 'info', 20)),
      hex(crypto.scryptSync('password', 'salt', 20, { N: 16 })),
    ],
    refused: thrown(() => crypto.pbkdf2Sync('password', 'salt', 0, 20, 'sha256')).code,
    compared: [
      crypto.timingSafeEqual(Buffer.of(1), Buffer.of(1)),
      thrown(() => crypto.timingSafeEqual(Buffer.of(1), Buffer.of(1, 2))),
    ],
    random: [
      crypto.randomBytes(70_000).length,
      /^[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12}$/.test(crypto.randomUUID()),
    ],
    numbers: Array.from({ length: 50 }, () => crypto.randomInt(3, 6)).every(
      (value) => value >= 3 && value < 6,
    ),
    twice: thrown(() => {
      const hash = createHash('sha256')
      hash.digest()
      hash.digest()
    }).code,
  }
}

export async function answers(): Promise<Record<string, unknown>> {
  const all = {
    buffer: ofBuffer(),
    util: ofUtil(),
    names: ofNames(),
    streams: await ofStreams(),
    storage: await ofStorage(),
    crypto: ofCrypto(),
    bytes: ofBytes(),
    functions: await ofFunctions(),
    waiting: await ofWaiting(),
    'command line': ofCommandLine(),
  }
  return JSON.parse(JSON.stringify(all))
}
