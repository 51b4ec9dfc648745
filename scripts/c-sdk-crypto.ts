/**
 * The C sources of the C SDK's KMS calls and of its cryptography, linked statically into a guest in C: BearSSL, and our own
 * files of guests/engine/crypto as in the engine's crypto.wasm, but for its fast arithmetic, which takes much room.
 */
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { exclusively } from './compilers.ts'
import { BEARSSL, obtainSources } from './crypto-sources.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const cache = join(root, '.cache/crypto')
const sdk = join(root, 'guests/c/sdk')
const engine = join(root, 'guests/engine/crypto')

/** What the calls need of BearSSL; anything that a program does not use, its linker drops. */
const FILES: Readonly<Record<string, string>> = {
  hash: 'sha2small sha2big mgf1 dig_size ghash_ctmul64',
  mac: 'hmac',
  rand: 'hmac_drbg',
  symcipher: 'aes_ct64 aes_ct64_enc aes_ct64_dec aes_ct64_cbcdec aes_ct64_ctr',
  rsa: 'rsa_i31_priv rsa_i31_oaep_decrypt rsa_oaep_unpad',
  ec:
    'ec_prime_i31 ec_secp256r1 ec_secp384r1 ec_secp521r1 ec_keygen ecdsa_i31_bits ecdsa_i31_sign_raw ' +
    'ecdsa_i31_vrfy_raw ecdsa_rta ecdsa_atr',
  int:
    'i31_add i31_sub i31_decode i31_decmod i31_decred i31_encode i31_fmont i31_iszero i31_montmul i31_modpow i31_modpow2 ' +
    'i31_muladd i31_ninv31 i31_reduce i31_rshift i31_tmont i31_bitlen i31_moddiv i31_mulacc i32_div32',
  codec: 'ccopy dec32le dec32be enc32be enc32le dec64be enc64be dec64le enc64le',
}

/** C sources, and the compiler's arguments for them besides those of the target and of optimisation. */
export interface CSources {
  /** Ours, free of warnings. */
  readonly own: readonly string[]
  /** Of others, to be compiled without warnings (`-w`). */
  readonly library: readonly string[]
  readonly flags: readonly string[]
}

/** The sources of the KMS calls and of webclave/crypto.h, downloaded if they are missing. */
export async function cryptoSources(): Promise<CSources> {
  const bearssl = join(cache, BEARSSL.folder)
  const isThere = () => stat(join(bearssl, 'inc/bearssl.h')).catch(() => undefined)
  // Several tests may need them first.
  if (!(await isThere()))
    await exclusively(async () => (await isThere()) ?? (await obtainSources([BEARSSL], cache)))
  const library = Object.entries(FILES).flatMap(([folder, names]) =>
    names.split(' ').map((name) => join(bearssl, 'src', folder, `${name}.c`)),
  )
  const ofEngine = ['gcm', 'primes'].map((name) => join(engine, `${name}.c`))
  const own = await Promise.all(['crypto', 'kms'].map((folder) => filesOf(join(sdk, 'source', folder))))
  return {
    own: own.flat(),
    library: [...ofEngine, ...library],
    flags: [
      '-std=c11',
      '-D_GNU_SOURCE',
      // Without threads: clang 14 has no other model for errno of wasi-libc.
      '-ftls-model=local-exec',
      ...['-I', join(sdk, 'include'), '-I', join(sdk, 'source/kms'), '-I', engine],
      ...BEARSSL.includes.flatMap((path) => ['-isystem', join(bearssl, path)]),
    ],
  }
}

async function filesOf(folder: string): Promise<string[]> {
  const names = await readdir(folder)
  return names
    .filter((name) => name.endsWith('.c'))
    .sort()
    .map((name) => join(folder, name))
}
