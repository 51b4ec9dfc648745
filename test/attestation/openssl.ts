/** The installed `openssl`, an independent verifier of certificates. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { toPem } from '../../src/encoding/pem.ts'

/** Runs openssl; returns its exit status, and its standard output and standard error together. */
export function openssl(args: readonly string[], input?: string): { status: number | null; output: string } {
  const { status, stdout, stderr, error } = spawnSync('openssl', args, { encoding: 'utf8', input })
  if (error !== undefined) throw new Error('these tests need openssl on the PATH', { cause: error })
  return { status, output: stdout + stderr }
}

/**
 * Runs `openssl verify` on a path, the root first, for the time `at` in milliseconds since 1970. `strict` requires all
 * of RFC 5280, which Nitro's chains do not satisfy: their last authority has no key identifier.
 */
export function verifyPath(
  path: readonly Uint8Array[],
  at: number,
  strict: boolean,
): { status: number | null; output: string } {
  const folder = mkdtempSync(join(tmpdir(), 'webclave-chain-'))
  try {
    const file = (name: string, certificates: readonly Uint8Array[]) => {
      writeFileSync(join(folder, name), certificates.map((der) => toPem(der)).join(''))
      return join(folder, name)
    }
    const root = file('root.pem', path.slice(0, 1))
    const between = file('between.pem', path.slice(1, -1))
    const leaf = file('leaf.pem', path.slice(-1))
    const time = String(Math.floor(at / 1000))
    return openssl([
      'verify',
      ...(strict ? ['-x509_strict'] : []),
      '-check_ss_sig',
      '-attime',
      time,
      '-CAfile',
      root,
      '-untrusted',
      between,
      leaf,
    ])
  } finally {
    rmSync(folder, { recursive: true })
  }
}
