/** A KMS, an attestation authority that it trusts, and the C client as the enclave. */
import * as node from 'node:crypto'
import { createAttestationAuthority } from '../../../src/attestation/issue/authority.ts'
import { createKms, createKmsApp, type Kms, type KmsApp } from '../../../src/kms/index.ts'
import type { HttpApp } from '../../../src/kms/vsock/http-connection.ts'
import { PROFILE } from '../../kms/support.ts'
import { CALLER, CREDENTIALS, encrypt, identityOf } from '../../sdk/kms-lab.ts'
import { buildHarness, buildWasmHarness } from './build.ts'
import { type Harness, NativeHarness, WasmHarness } from './harnesses.ts'
import { serveApp, serveDocuments } from './servers.ts'

export const hex = (bytes: Uint8Array | string): string => Buffer.from(bytes).toString('hex')
export const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64')

/** The statuses of qtsm_kms.h. */
export const STATUSES = [
  'KMS_SUCCESS',
  'KMS_QTSM_ERROR',
  'KMS_REQ_PARAMS_ERROR',
  'KMS_CURL_ERROR',
  'KMS_REQ_FAILED',
  'KMS_CJSON_ERROR',
  'KMS_GET_ATTESTATION_ERROR',
  'KMS_SETUP_PROXY_ERROR',
] as const

/** The result of a call. */
export interface Called {
  readonly status: (typeof STATUSES)[number]
  readonly code: string
  readonly http: number
  readonly reason: string
  readonly message: string
  readonly plaintext: Buffer
  /** As text. */
  readonly ciphertext: string
  readonly keyId: string
  /** The lengths of plaintext, ciphertext and key ID after the call. */
  readonly lengths: readonly number[]
}

export type Dialect = 'aws' | 'huawei'

/** Starts a harness with variables in its environment. */
export type Start = (env?: Record<string, string>) => Harness

const [nativePath, wasmPath] = await Promise.all([buildHarness(), buildWasmHarness()])

/** Harnesses to run tests with. If there is no compiler, their tests are skipped. */
export interface Harnesses {
  readonly areThere: boolean
  readonly all: readonly (readonly [name: string, start: Start])[]
}

const found: [string, string | undefined, (path: string) => Start][] = [
  ['natively', nativePath, (path) => (env) => new NativeHarness(path, env)],
  ['as WebAssembly', wasmPath, (path) => (env) => new WasmHarness(path, env)],
]

function harnessesOf(names: readonly string[]): Harnesses {
  const all = found.flatMap(([name, path, start]) =>
    path && names.includes(name) ? [[name, start(path)] as [string, Start]] : [],
  )
  const missing: Start = () => {
    throw new Error('there is no compiler')
  }
  return { areThere: all.length > 0, all: all.length > 0 ? all : [['without a compiler', missing]] }
}

export const harnesses: Harnesses = harnessesOf(['natively', 'as WebAssembly'])

/** That with sanitizers. */
export const native: Harnesses = harnessesOf(['natively'])

/** The KMS and its client. */
export class CLab implements AsyncDisposable {
  readonly kms: Kms
  readonly app: KmsApp
  readonly keyId: string
  readonly client: Harness
  readonly #documents: { port: number; close(): Promise<void> }
  #service: { port: number; close(): Promise<void> } | undefined

  readonly #start: Start

  private constructor(
    start: Start,
    kms: Kms,
    keyId: string,
    documents: { port: number; close(): Promise<void> },
  ) {
    this.#start = start
    this.kms = kms
    this.keyId = keyId
    this.#documents = documents
    this.app = createKmsApp(kms, { accessKeys: [{ ...CREDENTIALS, ...CALLER }] })
    this.client = this.another()
  }

  static async open(start: Start): Promise<CLab> {
    const authority = await createAttestationAuthority({ instanceId: node.randomUUID() })
    const kms = await createKms({ attestation: { profile: PROFILE, roots: authority.rootPem } })
    const { keyId } = (await kms.owner.createKey({})).keyMetadata
    const lab = new CLab(start, kms, keyId, await serveDocuments(authority))
    await lab.serve(lab.app)
    return lab
  }

  /** Another enclave, with a key of its own. */
  another(env: Record<string, string> = {}): Harness {
    return this.#start({ AUTHORITY_PORT: `${this.#documents.port}`, ...env })
  }

  get port(): number {
    return this.#service!.port
  }

  /** Serves `app` in place of the one before. */
  async serve(app: HttpApp): Promise<void> {
    await this.#service?.close()
    this.#service = await serveApp(app)
  }

  encrypted(text: string, context: Record<string, string> = { tenant: 'a' }): Promise<Uint8Array> {
    return encrypt(this.kms, this.keyId, text, context)
  }

  /** What an enclave's call has as parameters if a test says nothing else. */
  parameters(dialect: Dialect): Record<string, string | number> {
    const { accessKeyId: key, secretAccessKey: secret } = CREDENTIALS
    return { dialect, key, secret, identity: identityOf(this.kms), port: this.port, tenant: 'a' }
  }

  async call(
    operation: 'random' | 'datakey' | 'decrypt' | 'decrypt-datakey',
    dialect: Dialect,
    values: Record<string, string | number | undefined> = {},
    client: Harness = this.client,
  ): Promise<Called> {
    const words = await client.ask(`call ${operation}`, { ...this.parameters(dialect), ...values })
    const [status, code, http, ...rest] = words as [string, string, string, ...string[]]
    const [reason, message, plaintext, ciphertext, keyId] = rest
      .slice(3)
      .map((text) => Buffer.from(text, 'hex'))
    return {
      status: STATUSES[Number(status)]!,
      code,
      http: Number(http),
      reason: `${reason}`,
      message: `${message}`,
      plaintext: plaintext!,
      ciphertext: `${ciphertext}`,
      keyId: `${keyId}`,
      lengths: rest.slice(0, 3).map(Number),
    }
  }

  /** Decrypts a secret in the dialect `aws`. */
  async decrypt(
    ciphertext: Uint8Array,
    values: Record<string, string | number | undefined> = {},
  ): Promise<Called> {
    return this.call('decrypt', 'aws', { in: hex(base64(ciphertext)), ...values })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const complaints = await this.client.end()
    await this.#service?.close()
    await this.#documents.close()
    await this.kms.close()
    if (complaints) throw new Error(complaints)
  }
}
