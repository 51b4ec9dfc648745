/** Root certificates of an image: what a file of them contains, and what an image may name. */
import { rootCertificates } from 'node:tls'
import { describe, expect, test } from 'vitest'
import { describeRoots } from '../../../src/image/build/roots.ts'
import { buildImage } from '../../../src/image/index.ts'
import { issue } from '../../support/certificates.ts'

const DAY = 86_400_000
const pemOf = (days: readonly [number, number]) =>
  issue({ subject: `of ${days}`, isAuthority: true, days }).pem

describe('a file of root certificates', () => {
  // certifi 14.5.15 of npm, whose version looks recent, is such an old list (findings/certifi-of-2014.sh).
  test('is as old as its newest certificate, and may have expired ones', () => {
    const [old, older] = [pemOf([-4000, -10]), pemOf([-5000, 10])]
    const { count, newest, expired } = describeRoots(`# a comment\n${old}\n${older}${old}`)
    expect([count, expired]).toEqual([2, 1])
    expect(Math.abs(newest - (Date.now() - 4000 * DAY))).toBeLessThan(DAY)
  })

  test('may have keys of any kind: those of Mozilla in Node', () => {
    const { count, newest } = describeRoots(rootCertificates.join('\n'))
    expect(count).toBe(rootCertificates.length)
    expect(newest).toBeGreaterThan(Date.parse('2021-01-01'))
  })

  test.each([
    ['no certificate', 'hello', 'E_CERTIFICATE_PEM'],
    [
      'something else in PEM',
      '-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----',
      'E_CERTIFICATE_DER',
    ],
  ])('is refused with %s', (_, text, code) => {
    expect(() => describeRoots(text)).toThrow(expect.objectContaining({ code }))
  })
})

describe('the manifest of an image', () => {
  const build = (roots: string, text: string) =>
    buildImage({
      app: { source: 'console.log(1)' },
      files: { 'roots.pem': new TextEncoder().encode(text) },
      manifest: { roots },
    })

  test('names a file of the image with certificates', async () => {
    expect((await build('roots.pem', pemOf([-1, 1]))).pcrs.get(0)).toHaveLength(48)
    await expect(build('other.pem', pemOf([-1, 1]))).rejects.toThrow(
      /E_IMAGE_CONTENT: .*names a file that the image does not have; expected roots\.pem; got "other\.pem"/,
    )
    await expect(build('roots.pem', 'hello')).rejects.toThrow(/no valid root certificates.*E_CERTIFICATE_PEM/)
  })
})
