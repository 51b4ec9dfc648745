/** A minimal certificate in hexadecimal, each part of which a test can replace. */
import { type Bytes, fromHex } from '../../../src/base/bytes.ts'
import { bytesOf, tlv } from './tlv.ts'

export const P384: string = '06052b81040022'
export const EC: string = '06072a8648ce3d0201'
const ECDSA_SHA384 = tlv('30', '06082a8648ce3d040303')
export const POINT: string = `00${'04'}${bytesOf(96)}`
export const NAME: string = tlv('30', tlv('31', tlv('30', '0603550403', '0c0141')))

export interface Parts {
  readonly outer: string
  readonly tbs: string
  readonly version: string
  readonly serial: string
  readonly inner: string
  readonly issuer: string
  readonly validity: string
  readonly subject: string
  readonly key: string
  readonly extensions: string
  readonly afterExtensions: string
  readonly algorithm: string
  readonly signature: string
  readonly after: string
  readonly behind: string
}

const GOOD: Parts = {
  outer: '30',
  tbs: '30',
  version: 'a003020102',
  serial: '020101',
  inner: ECDSA_SHA384,
  issuer: NAME,
  validity: tlv('30', '170d3236303130323033303430355a', '180f32303530303130313030303030305a'),
  subject: NAME,
  key: tlv('30', tlv('30', EC, P384), tlv('03', POINT)),
  extensions: tlv('a3', '3000'),
  afterExtensions: '',
  algorithm: ECDSA_SHA384,
  signature: '0302005a',
  after: '',
  behind: '',
}

/** The certificate with the parts of `change`. */
export function bare(change: Partial<Parts> = {}): Bytes {
  const p = { ...GOOD, ...change }
  const tbs = tlv(
    p.tbs,
    ...[
      p.version,
      p.serial,
      p.inner,
      p.issuer,
      p.validity,
      p.subject,
      p.key,
      p.extensions,
      p.afterExtensions,
    ],
  )
  return fromHex(tlv(p.outer, tbs, p.algorithm, p.signature, p.after) + p.behind)
}
