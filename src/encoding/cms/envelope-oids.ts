/** The object identifiers in an envelope (RFC 5652 section 6, RFC 3560, RFC 3565), for who reads and who writes one. */
import { type Bytes, fromHex } from '../../base/bytes.ts'

type Name = 'envelopedData' | 'data' | 'rsaesOaep' | 'mgf1' | 'sha256' | 'aes256Cbc'

export const OID: Readonly<Record<Name, Bytes>> = {
  envelopedData: fromHex('2a864886f70d010703'),
  data: fromHex('2a864886f70d010701'),
  rsaesOaep: fromHex('2a864886f70d010107'),
  mgf1: fromHex('2a864886f70d010108'),
  sha256: fromHex('608648016503040201'),
  aes256Cbc: fromHex('60864801650304012a'),
}
