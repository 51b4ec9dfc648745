/** Keys and certificates for tests, created with openssl as described in the clouds' instructions. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Signer } from '../../src/image/index.ts'

/** A key (SEC 1) on `curve` and a self-signed certificate of version 1. */
export function testSigner(curve = 'secp384r1', name = 'test'): Signer {
  const folder = mkdtempSync(join(tmpdir(), 'webclave-signer-'))
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'ignore' })
  const read = (file: string) => readFileSync(join(folder, file), 'utf8')
  try {
    openssl('ecparam', '-name', curve, '-genkey', '-out', 'key.pem')
    openssl('req', '-new', '-key', 'key.pem', '-subj', `/CN=${name}/O=Test`, '-out', 'request.pem')
    openssl(
      'x509',
      '-req',
      '-days',
      '20',
      '-in',
      'request.pem',
      '-signkey',
      'key.pem',
      '-out',
      'certificate.pem',
    )
    return { privateKeyPem: read('key.pem'), certificatePem: read('certificate.pem') }
  } finally {
    rmSync(folder, { recursive: true })
  }
}
