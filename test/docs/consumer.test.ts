/** Somebody else's project compiles against the declarations of the package, every file of them checked. */
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const project = fileURLToPath(new URL('../..', import.meta.url))
const tsc = join(project, 'node_modules/.bin/tsc')
let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'webclave-consumer-'))
  mkdirSync(join(folder, 'node_modules'))
  symlinkSync(project, join(folder, 'node_modules/webclave'))
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
})
afterAll(() => rmSync(folder, { recursive: true }))

/** What the compiler says of `source`. */
function compile(source: string, options: object): string {
  writeFileSync(join(folder, 'main.ts'), source)
  const compilerOptions = {
    target: 'es2024',
    module: 'nodenext',
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    skipLibCheck: false,
    noEmit: true,
    ...options,
  }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['main.ts'] }))
  return spawnSync(tsc, ['-p', folder], { encoding: 'utf8' }).stdout
}

const HOST = {
  types: ['node'],
  typeRoots: [join(project, 'node_modules/@types')],
  lib: ['es2024', 'esnext.disposable', 'dom', 'dom.iterable', 'dom.asynciterable'],
}
/** Without the types of a browser. */
const NODE_ONLY = { ...HOST, lib: ['es2024'] }
const GUEST = { types: ['webclave/guest'], lib: ['es2025'] }

describe('a program of the parent', () => {
  const names = [
    ...['attestation', 'browser', 'client', 'image', 'kms', 'kms/postgres', 'kms/sqlite'],
    ...['node', 'proxy', 'testing'],
  ]

  test('can import every entry point, with and without the types of a browser', () => {
    const source = ['', ...names.map((name) => `/${name}`)]
      .map((name, index) => `import * as entry${index} from 'webclave${name}'\nconsole.log(entry${index})`)
      .join('\n')
    expect(compile(source, HOST)).toBe('')
    expect(compile(source, NODE_ONLY)).toBe('')
    expect(compile("import { nothing } from 'webclave'\nnothing()", HOST)).toContain('TS2305')
  })

  test('can keep and pass on a root without the types of a browser', () => {
    const source = (use: string) => `
      import { createParent, createRoot, exportRoot } from 'webclave'
      const root = await createRoot({ extractable: true })
      const keys: readonly CryptoKey[] = [root.rootKey.publicKey, root.rootKey.privateKey]
      console.log(await exportRoot(root), await createParent({ vcpus: 1, memoryMiB: 64, root }), keys, ${use})`
    expect(compile(source('root.rootCertificate.length'), NODE_ONLY)).toBe('')
    expect(compile(source('root.rootKey.secretKey'), NODE_ONLY)).toContain('TS2339')
  })

  test('can pass the PCRs of an image to the verifier, and use the document after `if (ok)`', () => {
    const source = (end: string) => `
      import { type Parent, pcrHex } from 'webclave'
      import { verifyAttestation } from 'webclave/attestation'
      import { buildImage } from 'webclave/image'
      export async function run(parent: Parent, document: Uint8Array, nonce: Uint8Array): Promise<string> {
        const { eif, pcrs } = await buildImage({ app: { source: '' } })
        const enclave = await parent.start(eif, { vcpus: 1, memoryMiB: 64, startTimeout: 20_000 })
        const roots = parent.rootCertificate
        const one = await verifyAttestation(document, { profile: 'qingtian', roots, nonce, pcrs: enclave.pcrs })
        const verdict = await verifyAttestation(document, { profile: 'qingtian', roots, nonce, pcrs })
        ${end}
        return pcrHex(pcrs, 0) + one.checks.length
      }`
    expect(compile(source('if (verdict.ok) return verdict.document.moduleId'), HOST)).toBe('')
    expect(compile(source('return verdict.document.moduleId'), HOST)).toContain('TS18048')
  })

  test('can pass on a signal and a deadline that may be absent', () => {
    const source = (deadline: string) => `
      import type { Enclave, Parent } from 'webclave'
      import { connectTo } from 'webclave/node'
      export async function run(parent: Parent, enclave: Enclave, signal?: AbortSignal, deadline?: ${deadline}) {
        const client = await enclave.client<{ one: (request: number) => number }>(5000, { signal })
        await enclave.connect(5000, { signal })
        await connectTo(0, 5000, { signal })
        parent.listen(7000, () => {}, { signal })
        return client.call.one(1, { signal, deadline })
      }`
    expect(compile(source('number'), HOST)).toBe('')
    expect(compile(source('string'), HOST)).toContain('TS2322')
  })

  test('gets plaintext from the KMS without a recipient, and an envelope with one', () => {
    const source = (use: string) => `
      import type { KmsClient } from 'webclave/kms'
      export async function run(kms: KmsClient, ciphertextBlob: Uint8Array<ArrayBuffer>): Promise<number> {
        const keyEncryptionAlgorithm = 'RSAES_OAEP_SHA_256'
        const recipient = { attestationDocument: ciphertextBlob, keyEncryptionAlgorithm } as const
        const clear = await kms.decrypt({ ciphertextBlob })
        const sealed = await kms.decrypt({ ciphertextBlob, recipient })
        const pair = await kms.generateDataKeyPair({ keyId: 'a', keyPairSpec: 'ECC_NIST_P256' })
        return ${use}
      }`
    const lengths =
      'clear.plaintext.length + sealed.ciphertextForRecipient.length + pair.privateKeyPlaintext.length'
    expect(compile(source(lengths), HOST)).toBe('')
    expect(compile(source('sealed.plaintext.length'), HOST)).toContain('TS18048')
  })

  test('can use error codes, but only existing ones', () => {
    const source = (code: string) => `
      import { EnclaveError, type ErrorCode } from 'webclave/attestation'
      export const code: ErrorCode = '${code}'
      export const isOurs = (error: unknown) => error instanceof EnclaveError && error.code === code`
    expect(compile(source('E_CID_TAKEN'), HOST)).toBe('')
    expect(compile(source('E_NOTHING'), HOST)).toContain('TS2322')
  })
})

describe('an application for an enclave', () => {
  const APPLICATION = `
    import { attest, createKmsClient, serve, sha256, vsock } from 'webclave/sdk'
    const kms = createKmsClient({ identity: 'unverified' })
    export default async function main() {
      console.log(sha256(new TextEncoder().encode('a')), attest, kms, vsock)
      setTimeout((text: string) => console.info(text), 10, 'later')
      crypto.getRandomValues(new Uint8Array(8))
      await serve({ add: ({ a, b }: { a: number; b: number }) => a + b })
    }`

  test('can use the SDK and its globals', () => {
    expect(compile(APPLICATION, GUEST)).toBe('')
  })

  test.each(['process', 'Buffer', 'document', 'WebSocket'])('cannot use %s', (name) => {
    expect(compile(`export const value = ${name}`, GUEST)).toMatch(/TS2304|TS2591|TS2584|TS2580/)
  })
})
