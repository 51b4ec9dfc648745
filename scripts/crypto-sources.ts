/**
 * The third-party sources of guests/engine/crypto.wasm: their names, versions and digests. They come from Debian's
 * source packages, by apt; each archive is checked against its digest before it is unpacked.
 */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** A library, and those of its files that are compiled. */
export interface Library {
  readonly source: string
  /** Debian's release that has this version. */
  readonly suite: string
  readonly archive: string
  readonly sha256: string
  /** The name of the folder in the archive. */
  readonly folder: string
  readonly licence: string
  readonly includes: readonly string[]
  readonly files: readonly string[]
}

const within = (folder: string, names: string) => names.split(' ').map((name) => `${folder}/${name}.c`)

export const BEARSSL: Library = {
  source: 'bearssl',
  suite: 'bookworm',
  archive: 'bearssl_0.6+dfsg.1.orig.tar.xz',
  sha256: '102a625bd8f6155260867a50c508df8d8c3f796985dd744df1a68e5cd1a79004',
  folder: 'bearssl-0.6',
  licence: 'MIT',
  includes: ['inc', 'src'],
  files: [
    ...within('src/hash', 'sha1 sha2small sha2big mgf1 dig_size ghash_ctmul64'),
    ...within('src/mac', 'hmac'),
    ...within('src/kdf', 'hkdf'),
    ...within('src/rand', 'hmac_drbg'),
    ...within(
      'src/symcipher',
      'aes_ct64 aes_ct64_enc aes_ct64_dec aes_ct64_cbcenc aes_ct64_cbcdec aes_ct64_ctr',
    ),
    ...within(
      'src/rsa',
      'rsa_i31_priv rsa_i31_pub rsa_i31_privexp rsa_i31_oaep_decrypt ' +
        'rsa_i31_oaep_encrypt rsa_oaep_pad rsa_oaep_unpad rsa_i31_pkcs1_sign rsa_i31_pkcs1_vrfy rsa_pkcs1_sig_pad ' +
        'rsa_pkcs1_sig_unpad',
    ),
    ...within(
      'src/ec',
      'ec_p256_m31 ec_secp256r1 ec_secp384r1 ec_secp521r1 ec_curve25519 ec_keygen ecdsa_i31_bits ' +
        'ecdsa_i31_sign_raw ecdsa_i31_vrfy_raw',
    ),
    ...within(
      'src/int',
      'i31_add i31_sub i31_decode i31_decmod i31_decred i31_encode i31_fmont i31_iszero i31_modpow i31_modpow2 ' +
        'i31_muladd i31_ninv31 i31_reduce i31_rshift i31_tmont i31_bitlen i31_moddiv i31_mulacc i32_div32',
    ),
    ...within('src/codec', 'ccopy dec32le dec32be enc32be enc32le dec64be enc64be dec64le enc64le'),
  ],
}

export const LIBSODIUM: Library = {
  source: 'libsodium',
  suite: 'bookworm',
  archive: 'libsodium_1.0.18.orig.tar.gz',
  sha256: 'd59323c6b712a1519a5daf710b68f5e7fde57040845ffec53850911f10a5d4f4',
  folder: 'libsodium-1.0.18',
  licence: 'ISC',
  includes: [
    'src/libsodium/include/sodium',
    'src/libsodium/crypto_pwhash/argon2',
    'src/libsodium/crypto_generichash/blake2b/ref',
    'src/libsodium/crypto_core/ed25519/ref10',
    'src/libsodium/crypto_scalarmult/curve25519',
    'src/libsodium/crypto_scalarmult/curve25519/ref10',
  ],
  files: [
    ...within('src/libsodium', 'crypto_core/ed25519/ref10/ed25519_ref10 crypto_verify/sodium/verify'),
    'src/libsodium/crypto_scalarmult/curve25519/ref10/x25519_ref10.c',
    ...within('src/libsodium/crypto_pwhash/argon2', 'argon2 argon2-core argon2-fill-block-ref blake2b-long'),
    ...within(
      'src/libsodium/crypto_generichash/blake2b/ref',
      'blake2b-ref blake2b-compress-ref generichash_blake2b',
    ),
  ],
}

export const MBEDTLS: Library = {
  source: 'mbedtls',
  suite: 'forky',
  archive: 'mbedtls_3.6.7.orig.tar.bz2',
  sha256: 'a7e8bcbec0e6f761b4af24f25677626b35f762f68eef79c08677a363212d11f6',
  folder: 'mbedtls-3.6.7',
  licence: 'Apache-2.0',
  includes: ['include', 'library'],
  files: [
    ...within('library', 'ssl_ciphersuites ssl_client ssl_msg ssl_tls ssl_tls12_client ssl_tls13_client'),
    ...within('library', 'ssl_tls13_generic ssl_tls13_keys x509 x509_crt asn1parse asn1write oid'),
    ...within('library', 'pk pk_ecc pk_wrap pkparse rsa rsa_alt_helpers ecdh ecdsa ecp ecp_curves'),
    ...within('library', 'bignum bignum_core bignum_mod bignum_mod_raw constant_time'),
    ...within('library', 'chacha20 poly1305 chachapoly cipher cipher_wrap hkdf md sha256 sha512'),
    ...within('library', 'memory_buffer_alloc platform platform_util psa_util'),
    ...within('library', 'psa_crypto psa_crypto_aead psa_crypto_cipher psa_crypto_client psa_crypto_ecp'),
    ...within('library', 'psa_crypto_driver_wrappers_no_static psa_crypto_hash psa_crypto_mac'),
    ...within('library', 'psa_crypto_rsa psa_crypto_slot_management'),
  ],
}

/** Unpacks `libraries` into the folder `to`, downloading missing archives. */
export async function obtainSources(libraries: readonly Library[], to: string): Promise<void> {
  await mkdir(to, { recursive: true })
  for (const { source, suite, archive, sha256, folder } of libraries) {
    const path = join(to, archive)
    if ((await digestOf(path)) !== sha256) await fetchSource(source, suite, to)
    const digest = await digestOf(path)
    if (digest !== sha256) throw new Error(`${archive} has SHA-256 ${digest}, not ${sha256}`)
    await rm(join(to, folder), { recursive: true, force: true })
    const draft = join(to, `${source}-unpacked`)
    await mkdir(draft, { recursive: true })
    await run('tar', ['-xf', path, '-C', draft])
    await rename(join(draft, folder), join(to, folder))
    await rm(draft, { recursive: true })
  }
}

async function digestOf(path: string): Promise<string | undefined> {
  const bytes = await readFile(path).catch(() => undefined)
  return bytes && createHash('sha256').update(bytes).digest('hex')
}

/** Uses apt with its own list of sources, so that the machine's lists are not changed. */
async function fetchSource(source: string, suite: string, to: string): Promise<void> {
  const lists = join(to, `lists-${suite}`)
  const sources = join(to, `${suite}.list`)
  await mkdir(join(lists, 'partial'), { recursive: true })
  await writeFile(sources, `deb-src http://deb.debian.org/debian ${suite} main\n`)
  const options = [
    `Dir::Etc::sourcelist=${sources}`,
    'Dir::Etc::sourceparts=/dev/null',
    `Dir::State::lists=${lists}`,
  ].flatMap((option) => ['-o', option])
  await run('apt-get', ['-qq', ...options, 'update'])
  await run('apt-get', ['-qq', ...options, 'source', '--only-source', '--download-only', source], { cwd: to })
}
