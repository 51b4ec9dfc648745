/** DER that is not the one encoding of a key, or has numbers that contradict each other, is not imported by crypto.subtle. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Laboratory } from '../support/laboratory.ts'
import { EC, ED, ec, ec2, ed, importIn, p384, RSA, rsa, rsa2 } from './key-pairs.ts'

let lab: Laboratory
beforeAll(async () => {
  lab = await Laboratory.open()
})
afterAll(() => lab[Symbol.asyncDispose]())

/** The DER of a key is accepted, and refused with `to` in place of the first `from`. */
function checkDer(
  format: 'spki' | 'pkcs8',
  algorithm: object,
  key: string,
  rows: readonly (readonly [title: string, from: string, to: string])[],
) {
  const usages = format === 'spki' ? ['verify'] : ['sign']
  const run = (data: string) => importIn(lab, { format, data, algorithm, usages })
  test('itself', async () => expect(await run(key)).toBe(format === 'spki' ? 'public' : 'private'))
  test.each(rows)('%s', async (_, from, to) => {
    expect(key).toContain(from)
    expect(await run(key.replace(from, to))).toBe('DataError')
  })
  test('a byte too many, and one too few', async () => {
    expect([await run(`${key}00`), await run(key.slice(0, -2)), await run('')]).toEqual(
      Array.from({ length: 3 }, () => 'DataError'),
    )
  })
}

describe('DER of a public key on P-256', () => {
  const rest = ec.spki.slice(4)
  checkDer('spki', EC, ec.spki, [
    ['a length in two bytes', '3059', '308159'],
    ['a length in three bytes', '3059', '30820059'],
    ['an indefinite length', ec.spki, `3080${rest}0000`],
    ['a length that is too large', '3059', '305a'],
    ['a set', '3059', '3159'],
    ['a bit that is not used', '034200', '034201'],
    ['eight bits that are not used', '034200', '034208'],
    ['another curve', '2a8648ce3d030107', '2a8648ce3d030106'],
    ['another algorithm', '2a8648ce3d0201', '2a8648ce3d0202'],
    ['a compressed point', '03420004', '03420002'],
    ['the key of another curve', ec.spki, p384.spki],
    ['nothing', ec.spki, '3000'],
    ['no length', ec.spki, '30'],
  ])
})

describe('DER of a public key of Ed25519', () => {
  checkDer('spki', ED, ed.spki, [
    ['parameters', '302a300506032b6570', '302c300706032b65700500'],
    ['a bit that is not used', '032100', '032101'],
    ['the algorithm of X25519', '06032b6570', '06032b656e'],
  ])
})

describe('DER of a public key of RSA', () => {
  checkDer('spki', RSA, rsa.spki, [
    ['no NULL', '30819f300d06092a864886f70d0101010500', '30819d300b06092a864886f70d010101'],
    ['a NULL with a byte', '0500', '0501'],
    ['a length of more than 127 in three bytes', '30819f', '3082009f'],
    ['a negative exponent', '0203010001', '0203810001'],
    ['a bit that is not used', '0003818d00', '0003818d01'],
  ])
})

describe('DER of a private key on P-256', () => {
  const point = (key: string) => key.slice(-130)
  checkDer('pkcs8', EC, ec.pkcs8, [
    ['the public key of another', point(ec.pkcs8), point(ec2.pkcs8)],
    ['another curve', '2a8648ce3d030107', '2a8648ce3d030106'],
    ['another version inside', '0201010420', '0201020420'],
    ['the version 2', '020100', '020102'],
    ['no version', '020100', '0200'],
    ['a negative version', '020100', '0201ff'],
    ['a version with a zero before it', '3081870201003013', '308188020200003013'],
    ['a bit that is not used', '034200', '034201'],
  ])
})

describe('DER of a private key on P-256 with the curve inside', () => {
  const OBJECT = '06082a8648ce3d030107'
  const rest = ec.pkcs8.slice(6, 64)
  /** The key with `inside` in its element for parameters, which has less than 16 bytes. */
  const withCurve = (inside: string) => {
    const more = inside.length / 2 + 2
    const head = [0x87 + more, 0x6d + more, 0x6b + more].map((one) => one.toString(16))
    const parameters = `a0${(more - 2).toString(16).padStart(2, '0')}${inside}`
    const [outer, octets, inner] = head
    return `3081${outer}${rest.replace('046d306b', `04${octets}30${inner}`)}${ec.pkcs8.slice(64, 136)}${parameters}${ec.pkcs8.slice(136)}`
  }
  checkDer('pkcs8', EC, withCurve(OBJECT), [
    ['another curve inside', withCurve(OBJECT), withCurve('06082a8648ce3d030106')],
    ['an element after the curve', withCurve(OBJECT), withCurve(`${OBJECT}0500`)],
    ['no curve', withCurve(OBJECT), withCurve('')],
  ])
})

describe('DER of a private key of Ed25519', () => {
  const [head, key] = [ed.pkcs8.slice(4, 32), ed.pkcs8.slice(32)]
  checkDer('pkcs8', ED, ed.pkcs8, [
    ['the version 2', '020100', '020102'],
    ['a byte after the key inside', '04220420', '04220421'],
    ['an element after the key', ed.pkcs8, `3030${head}${key}0500`],
    ['a public key of the other version', ed.pkcs8, `3051${head}${key}812100${'00'.repeat(32)}`],
    ['the key of RSA', ed.pkcs8, rsa.pkcs8],
  ])

  test('attributes, and a public key if the version is 1, are skipped', async () => {
    const run = (data: string) => importIn(lab, { format: 'pkcs8', data, algorithm: ED, usages: ['sign'] })
    expect(await run(`3030${head}${key}a000`)).toBe('private')
    const publicKey = Buffer.from(ed.pub['x'] as string, 'base64url').toString('hex')
    expect(await run(`3051${head.replace('020100', '020101')}${key}812100${publicKey}`)).toBe('private')
  })
})

describe('DER of a private key of RSA', () => {
  const hex = (part: unknown) => Buffer.from(part as string, 'base64url').toString('hex')
  checkDer('pkcs8', RSA, rsa.pkcs8, [
    ...['n', 'p', 'q', 'dp', 'dq', 'qi'].map(
      (name) => [`another ${name}`, hex(rsa.priv[name]), hex(rsa2.priv[name])] as const,
    ),
    ['another exponent', '0203010001', '0203010003'],
    ['more than two primes', '020100028181', '020101028181'],
  ])
})
