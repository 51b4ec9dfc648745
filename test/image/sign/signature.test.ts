/**
 * Signed images (aws-nitro-enclaves-image-format): keys and certificates by openssl, and sections checked with other
 * libraries.
 */

import { execFileSync } from 'node:child_process'
import { createPublicKey, verify as nodeVerify, X509Certificate } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { decode, encode } from 'cborg'
import { afterAll, describe, expect, it } from 'vitest'
import { type Bytes, toHex } from '../../../src/base/bytes.ts'
import { pcrHex } from '../../../src/base/pcrs.ts'
import {
  describeImage,
  measure,
  parseEif,
  type Signer,
  signImage,
  verifyImage,
} from '../../../src/image/index.ts'
import { testSigner } from '../signer.ts'
import { build, codeOf, errorOf, opensslPcr, rawEif, text, withSignature } from '../support.ts'

const folder = mkdtempSync(join(tmpdir(), 'webclave-signature-'))
afterAll(() => rmSync(folder, { recursive: true }))

function openssl(...args: string[]): void {
  execFileSync('openssl', args, { cwd: folder, stdio: 'ignore' })
}

function pem(name: string): string {
  return readFileSync(join(folder, name), 'utf8')
}

const signers = {
  'P-256': testSigner('prime256v1', 'p256'),
  'P-384': testSigner('secp384r1', 'p384'),
  'P-521': testSigner('secp521r1', 'p521'),
}
const signer = signers['P-384']
const { eif: plain, pcrs: plainPcrs } = await build()
const signed = await signImage(plain, signer)

async function signatureData(eif: Uint8Array): Promise<Bytes> {
  return (await parseEif(eif)).sections.at(-1)!.data
}

describe.each(Object.entries(signers))('on %s', (curve, own) => {
  const algorithms: Record<string, [number, string, number]> = {
    'P-256': [-7, 'sha256', 64],
    'P-384': [-35, 'sha384', 96],
    'P-521': [-36, 'sha512', 132],
  }

  it('writes the section that the format describes', async () => {
    const data = await signatureData(await signImage(plain, own))
    const [entry, ...more] = decode(data) as { signing_certificate: number[]; signature: number[] }[]
    expect(more).toEqual([])
    expect(Object.keys(entry!)).toEqual(['signing_certificate', 'signature'])
    // Lists of integers in their shortest form, as cborg encodes the same value.
    expect(data).toEqual(encode([entry], { mapSorter: () => 0 }))
    expect(new TextDecoder().decode(Uint8Array.from(entry!.signing_certificate))).toBe(own.certificatePem)

    const [alg, hash, size] = algorithms[curve]!
    const [header, unprotected, payload, signature] = decode(Uint8Array.from(entry!.signature), {
      useMaps: true,
    }) as [Uint8Array, Map<never, never>, Uint8Array, Uint8Array]
    expect(decode(header, { useMaps: true })).toEqual(new Map([[1, alg]]))
    expect(unprotected.size).toBe(0)
    expect(decode(payload)).toEqual({ register_index: 0, register_value: [...plainPcrs.get(0)!] })
    expect(signature).toHaveLength(size)
    const structure = encode(['Signature1', header, new Uint8Array(), payload])
    const key = createPublicKey(own.certificatePem)
    expect(nodeVerify(hash, structure, { key, dsaEncoding: 'ieee-p1363' }, signature)).toBe(true)
  })

  it('verifies it, and gives PCR8 from the certificate', async () => {
    const { pcrs } = await verifyImage(await signImage(plain, own))
    expect(toHex(pcrs.get(8)!)).toBe(opensslPcr(new X509Certificate(own.certificatePem).raw))
    expect(pcrs.get(0)).toEqual(plainPcrs.get(0))
  })
})

describe('signing', () => {
  it('changes nothing of the existing bytes except the header', async () => {
    const before = await parseEif(plain)
    const after = await parseEif(signed)
    expect(after.sections.slice(0, -1)).toEqual(before.sections)
    expect(signed.slice(548, plain.length)).toEqual(plain.slice(548))
  })

  it('replaces a signature', async () => {
    const again = await parseEif(await signImage(signed, signers['P-256']))
    expect(again.sections.filter(({ type }) => type === 'signature')).toHaveLength(1)
    expect((await verifyImage(await signImage(signed, signers['P-256']))).signature?.certificate.curve).toBe(
      'P-256',
    )
  })

  it('accepts a PKCS #8 key, and a certificate of version 3', async () => {
    openssl(
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-384',
      '-nodes',
      '-days',
      '2',
      '-subj',
      '/CN=v3',
      '-keyout',
      'v3.key',
      '-out',
      'v3.pem',
    )
    const eif = await signImage(plain, { privateKeyPem: pem('v3.key'), certificatePem: pem('v3.pem') })
    expect((await describeImage(eif)).signature).toMatchObject({ subject: 'CN=v3', curve: 'P-384', ok: true })
  })

  it('can be part of building', async () => {
    const { pcrs } = await build({ signing: signer })
    expect(pcrHex(pcrs, 8)).toBe(opensslPcr(new X509Certificate(signer.certificatePem).raw))
  })

  it('refuses a key and a certificate that do not match', async () => {
    const other = testSigner('secp384r1', 'other')
    const wrong: [Partial<Signer>, string][] = [
      [{ privateKeyPem: other.privateKeyPem }, 'E_IMAGE_SIGNATURE'],
      [{ privateKeyPem: signers['P-256'].privateKeyPem }, 'E_IMAGE_KEY'],
      [{ privateKeyPem: 'secret' }, 'E_IMAGE_KEY'],
      [{ certificatePem: signer.privateKeyPem }, 'E_IMAGE_CERTIFICATE'],
      [{ certificatePem: `${signer.certificatePem}${'#'.repeat(32_768)}` }, 'E_IMAGE_CERTIFICATE'],
      [{ at: Date.now() + 21 * 86_400_000 }, 'E_IMAGE_CERTIFICATE'],
      [{ at: Date.now() - 86_400_000 }, 'E_IMAGE_CERTIFICATE'],
    ]
    for (const [change, code] of wrong)
      expect(await codeOf(() => signImage(plain, { ...signer, ...change }))).toBe(code)
  })

  it('refuses an RSA certificate', async () => {
    openssl(
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-days',
      '2',
      '-subj',
      '/CN=rsa',
      '-keyout',
      'rsa.key',
      '-out',
      'rsa.pem',
    )
    const error = await errorOf(() =>
      signImage(plain, { privateKeyPem: pem('rsa.key'), certificatePem: pem('rsa.pem') }),
    )
    expect(error).toMatchObject({ code: 'E_IMAGE_CERTIFICATE', got: '1.2.840.113549.1.1.1' })
  })

  it('never reveals anything about the key', async () => {
    const secret = signers['P-256'].privateKeyPem
    const error = await errorOf(() => signImage(plain, { ...signer, privateKeyPem: secret }))
    expect(`${error.message}${error.stack}`).not.toContain(secret.split('\n').at(-3))
  })

  it('refuses an image of 32 sections', async () => {
    const disks = Array.from({ length: 30 }, () => ({ type: 3, data: text('x') }))
    const full = rawEif([{ type: 1, data: text('k') }, { type: 2, data: text('c') }, ...disks])
    expect(await codeOf(() => signImage(full, signer))).toBe('E_IMAGE_SECTION')
  })
})

describe('verifying', () => {
  const past = Date.now() + 21 * 86_400_000

  it('refuses an expired certificate, and one that is not valid yet', async () => {
    expect((await errorOf(() => verifyImage(signed, { at: past }))).message).toContain('expired')
    expect((await errorOf(() => verifyImage(signed, { at: 0 }))).message).toContain('not valid yet')
  })

  it('refuses the signature of another image', async () => {
    const { eif } = await build({ args: ['other'], signing: signer })
    const error = await errorOf(async () => verifyImage(await withSignature(plain, await signatureData(eif))))
    expect(error.message).toContain('for another image')
  })

  it('refuses the certificate of another key', async () => {
    const [entry] = decode(await signatureData(signed)) as {
      signing_certificate: number[]
      signature: number[]
    }[]
    for (const other of [signers['P-256'], testSigner('secp384r1', 'stranger')]) {
      const data = encode([{ ...entry, signing_certificate: [...text(other.certificatePem)] }], {
        mapSorter: () => 0,
      })
      expect(await codeOf(async () => verifyImage(await withSignature(plain, data)))).toBe(
        'E_IMAGE_SIGNATURE',
      )
    }
  })

  it('refuses a changed section, or gives another PCR8', async () => {
    const data = await signatureData(signed)
    const { pcrs, signature } = await verifyImage(signed)
    let refused = 0
    for (let at = 0; at < data.length; at += 7) {
      const changed = data.slice()
      changed[at]! ^= 1
      const image = await withSignature(plain, changed)
      if (
        await verifyImage(image).then(
          () => false,
          ({ code }) => code.startsWith('E_IMAGE_'),
        )
      )
        refused++
      else {
        // PCR8 identifies the certificate, not its issuer. White space in PEM has no meaning.
        const other = await measure(image)
        const same = toHex(other.signature!.certificate.der) === toHex(signature!.certificate.der)
        expect(toHex(other.pcrs.get(8)!) === toHex(pcrs.get(8)!)).toBe(same)
      }
    }
    expect(refused).toBeGreaterThan(data.length / 7 / 4)
  })

  it('reports an expired certificate in a description, without an error', async () => {
    const { signature } = await describeImage(signed, { at: past })
    expect(signature).toMatchObject({ ok: false, problem: { code: 'E_IMAGE_CERTIFICATE' } })
  })
})
