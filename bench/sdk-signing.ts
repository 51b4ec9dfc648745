/**
 * Signatures, derived keys and the first decryption by the KMS in a TypeScript guest: compared with the same algorithms in
 * the guest's JavaScript (@noble), which they replaced, and beside OpenSSL's.
 */
import * as node from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { buildImage } from '../src/image/index.ts'
import { createParent } from '../src/parent/index.ts'
import { bytes, KmsLab } from '../test/sdk/kms-lab.ts'
import { connectWhenReady, receiveAll, send } from '../test/support/laboratory.ts'
import { type Measurement, timed } from './harness.ts'

const SAMPLES = 15
const MESSAGE = Buffer.from('pay 1 to Bob')
const ITERATIONS = 2000

const PREPARE = `const message = new TextEncoder().encode('${MESSAGE}')
const timeOf = async (calls, work) => {
  const start = Date.now()
  for (let call = 0; call < calls; call++) await work()
  return (Date.now() - start) / calls
}
`

/** Calls per sample of the compiled work and of its baseline, because the guest's clock has whole milliseconds. */
interface Pair {
  readonly name: string
  readonly times: number
  readonly ours: [calls: number, prepare: string, work: string]
  readonly theirs: [calls: number, prepare: string, work: string]
  readonly bare: () => unknown
}

const ec = (namedCurve: string, digest: string) => {
  const { privateKey } = node.generateKeyPairSync('ec', { namedCurve })
  return () => node.sign(digest, MESSAGE, privateKey)
}
const edwards = node.generateKeyPairSync('ed25519').privateKey

const PAIRS: readonly Pair[] = [
  ...(
    [
      ['P-256', 'prime256v1', 'p256', 'sha256', 100],
      ['P-384', 'secp384r1', 'p384', 'sha384', 50],
    ] as const
  ).map(
    ([curve, openssl, noble, digest, calls]) =>
      ({
        name: `ECDSA ${curve}, signing`,
        times: 8,
        ours: [
          calls,
          `const key = sdk.ecdsa.generateKey('${curve}')`,
          `sdk.ecdsa.sign('${curve}', key, message, 'compact')`,
        ],
        theirs: [
          5,
          `const key = sdk.ecdsa.generateKey('${curve}')`,
          `noble.${noble}.sign(sdk.${digest}(message), key, { prehash: false, lowS: false })`,
        ],
        bare: ec(openssl, digest),
      }) satisfies Pair,
  ),
  {
    name: 'Ed25519, signing',
    times: 6,
    ours: [200, 'const key = sdk.ed25519.generateKey()', 'sdk.ed25519.sign(key, message)'],
    theirs: [5, 'const key = sdk.ed25519.generateKey()', 'noble.ed25519.sign(message, key)'],
    bare: () => node.sign(null, MESSAGE, edwards),
  },
  {
    name: `PBKDF2-SHA-512 with ${ITERATIONS} iterations`,
    times: 20,
    ours: [
      5,
      `const key = await crypto.subtle.importKey('raw', message, 'PBKDF2', false, ['deriveBits'])
       const how = { name: 'PBKDF2', hash: 'SHA-512', salt: message, iterations: ${ITERATIONS} }`,
      'crypto.subtle.deriveBits(how, key, 512)',
    ],
    theirs: [1, '', `noble.pbkdf2(noble.sha512, message, message, { c: ${ITERATIONS}, dkLen: 64 })`],
    bare: () => node.pbkdf2Sync(MESSAGE, MESSAGE, ITERATIONS, 64, 'sha512'),
  },
]

/** Milliseconds of the first decryption by the KMS in a new enclave. */
async function firstDecrypt(): Promise<number> {
  await using lab = await KmsLab.open()
  await lab.serve()
  const { value } = await lab.attempt(`const start = Date.now()
    await kms.decrypt(${bytes(lab.ciphertext)}, { encryptionContext: { tenant: 'a' } })
    return Date.now() - start`)
  return value as number
}

export async function signingRows(): Promise<{ rows: Measurement[]; tearDown(): Promise<void> }> {
  const { eif } = await buildImage({
    app: { path: fileURLToPath(new URL('guests/noble.ts', import.meta.url)) },
  })
  const parent = await createParent({ vcpus: 4, memoryMiB: 1024 })
  const enclave = await parent.start(eif, { vcpus: 1, memoryMiB: 64 })
  const run = async ([calls, prepare, work]: Pair['ours']): Promise<number> => {
    await using socket = await connectWhenReady(enclave, 5000)
    await send(socket, `${PREPARE}${prepare}; return timeOf(${calls}, () => ${work})`)
    return (JSON.parse(await receiveAll(socket)) as { value: number }).value
  }
  const rows = PAIRS.flatMap(({ name, times, ours, theirs, bare }): Measurement[] => [
    {
      name: `${name} in a TypeScript guest`,
      unit: 'ms',
      samples: SAMPLES,
      subject: () => run(ours),
      baseline: () => run(theirs),
      goal: { atMost: 1 / times },
    },
    { name: `${name} by OpenSSL`, unit: 'ms', samples: SAMPLES, subject: () => timed(async () => bare()) },
  ])
  const generate = async () => void node.generateKeyPairSync('rsa', { modulusLength: 2048 })
  rows.push({
    name: 'the first kms.decrypt of an enclave',
    unit: 'ms',
    samples: SAMPLES,
    subject: firstDecrypt,
    baseline: () => timed(generate),
    goal: { atMost: 325, orTimes: 6 },
  })
  return { rows, tearDown: () => parent.close() }
}
