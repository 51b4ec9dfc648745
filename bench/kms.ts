/**
 * The KMS. A decrypt with a recipient is compared with the bare WebCrypto operations that it consists of: with keys
 * imported beforehand if the KMS caches them, and concurrent if the KMS runs them concurrently. Requests have no
 * baseline; the goal is that all are answered.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DecryptCommand } from '@aws-sdk/client-kms'
import { decodeDocument } from '../src/attestation/index.ts'
import { createAttestationAuthority } from '../src/attestation/issue/authority.ts'
import { type Bytes, toHex } from '../src/base/bytes.ts'
import { decodeSign1, sigStructure } from '../src/encoding/cose.ts'
import { signatureFromDer } from '../src/encoding/ecdsa.ts'
import { readCertificate } from '../src/encoding/x509/certificate.ts'
import { createKms, createKmsApp, type KmsStore } from '../src/kms/index.ts'
import { decide } from '../src/kms/policy/decision.ts'
import { readPolicy } from '../src/kms/policy/policy.ts'
import { ConditionContext } from '../src/kms/policy/request.ts'
import { PostgresStore } from '../src/kms/store/postgres.ts'
import { SqliteStore } from '../src/kms/store/sqlite.ts'
import { ACCESS_KEY, awsClient, serveOnLoopback } from '../test/kms/support-http.ts'
import { hasPostgres, Postgres } from '../test/support/postgres.ts'
import { type Benchmark, type Measurement, timed } from './harness.ts'

const SAMPLES = 300
const REQUESTS = 500
const EVALUATIONS = 1000
const ROLE = 'arn:aws:iam::000000000000:role/enclave'
const PCR0 = new Uint8Array(48).fill(1)
const ALGORITHM = 'RSAES_OAEP_SHA_256' as const
const OAEP = { name: 'RSA-OAEP', hash: 'SHA-256' }
const P384 = { name: 'ECDSA', namedCurve: 'P-384', hash: 'SHA-384' }

/** Throws if the measured work did not succeed. */
function assertThat(holds: boolean, what: string): void {
  if (!holds) throw new Error(`bench/kms: ${what}`)
}

/** A policy of 20 statements with one condition each, of which the last one allows. */
function policyText(): string {
  const statement = (value: string) => ({
    Effect: 'Allow',
    Principal: { AWS: ROLE },
    Action: ['kms:Decrypt', 'kms:GenerateDataKey'],
    Resource: '*',
    Condition: { StringEqualsIgnoreCase: { 'kms:RecipientAttestation:ImageSha384': value } },
  })
  const others = Array.from({ length: 19 }, (_, at) => statement(toHex(new Uint8Array(48).fill(at + 2))))
  return JSON.stringify({ Version: '2012-10-17', Statement: [...others, statement(toHex(PCR0))] })
}

/** A KMS, a hypervisor that it trusts, and an enclave. */
async function laboratory(store?: KmsStore) {
  const authority = await createAttestationAuthority({ instanceId: crypto.randomUUID() })
  const attestation = { profile: 'qingtian', roots: authority.rootPem } as const
  const kms = await createKms({ attestation, ...(store && { store }) })
  const { publicKey, privateKey } = await crypto.subtle.generateKey(
    { ...OAEP, modulusLength: 2048, publicExponent: Uint8Array.of(1, 0, 1) },
    true,
    ['encrypt', 'decrypt'],
  )
  const spki = new Uint8Array(await crypto.subtle.exportKey('spki', publicKey))
  const document = (nonce?: Bytes) =>
    authority.attest({
      profile: 'qingtian',
      moduleId: 'i.enc-1',
      pcrs: new Map([[0, PCR0]]),
      publicKey: spki,
      ...(nonce && { nonce }),
    })
  const { keyMetadata } = await kms.owner.createKey({ policy: policyText() })
  const plaintext = crypto.getRandomValues(new Uint8Array(32))
  const { ciphertextBlob } = await kms.owner.encrypt({ keyId: keyMetadata.keyId, plaintext })
  return { kms, document, spki, privateKey, ciphertextBlob }
}

type Laboratory = Awaited<ReturnType<typeof laboratory>>

/**
 * The necessary operations of a decrypt with a recipient: 5 concurrent verifications on P-384; then importing the
 * recipient's key and its SHA-256; decrypting AES-256-GCM; and concurrently RSA-OAEP and, under a new key, AES-256-CBC.
 */
async function bareOperations(document: Bytes, spki: Bytes): Promise<() => Promise<unknown>> {
  const { cabundle, certificate } = decodeDocument(document, 'qingtian')
  const path = [...cabundle, certificate].map(readCertificate)
  const keys = await Promise.all(
    path.map(({ publicPoint }) => crypto.subtle.importKey('raw', publicPoint, P384, false, ['verify'])),
  )
  const { signature, protectedHeader, payload } = decodeSign1(document)
  const halves = [signature.slice(0, 48).reverse(), signature.slice(48).reverse()]
  const signed = path
    .slice(1)
    .map((one) => ({ signature: signatureFromDer(one.signature, 48), data: one.tbs }))
  const all = [
    ...signed,
    {
      signature: Uint8Array.from([...halves[0]!, ...halves[1]!]),
      data: sigStructure(protectedHeader, payload),
    },
  ]
  const gcm = (await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, [
    'encrypt',
    'decrypt',
  ])) as CryptoKey
  const iv = new Uint8Array(12)
  const sealed = await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, gcm, new Uint8Array(32))
  return async () => {
    const verified = await Promise.all(
      all.map((one, at) => crypto.subtle.verify(P384, keys[at]!, one.signature, one.data)),
    )
    assertThat(verified.length === 5 && verified.every(Boolean), 'the baseline does not verify five')
    const recipient = await crypto.subtle.importKey('spki', spki, OAEP, false, ['encrypt'])
    await crypto.subtle.digest('SHA-256', spki)
    const opened = await crypto.subtle.decrypt({ name: 'AES-GCM', iv }, gcm, sealed)
    const contentKey = crypto.getRandomValues(new Uint8Array(32))
    const cbc = async () => {
      const key = await crypto.subtle.importKey('raw', contentKey, 'AES-CBC', false, ['encrypt'])
      return crypto.subtle.encrypt({ name: 'AES-CBC', iv: new Uint8Array(16) }, key, opened)
    }
    return Promise.all([crypto.subtle.encrypt({ name: 'RSA-OAEP' }, recipient, contentKey), cbc()])
  }
}

async function decrypting({ kms, document, spki, ciphertextBlob }: Laboratory): Promise<Measurement> {
  const attestationDocument = await document()
  const client = kms.as({ principal: ROLE })
  const recipient = { attestationDocument, keyEncryptionAlgorithm: ALGORITHM }
  const bare = await bareOperations(attestationDocument, spki)
  return {
    name: 'decrypt for a recipient, against 5 x P-384 verify, SPKI, GCM, OAEP, CBC',
    unit: 'ms',
    samples: SAMPLES,
    subject: () => timed(() => client.decrypt({ ciphertextBlob, recipient })),
    baseline: () => timed(bare),
    goal: { atMost: 1.3 },
  }
}

/** The time of a decrypt whose document has a nonce: it reads the key and the spent nonces, and writes those. */
async function spending({ kms, document, ciphertextBlob }: Laboratory): Promise<number> {
  const attestationDocument = await document(await kms.nonce())
  const recipient = { attestationDocument, keyEncryptionAlgorithm: ALGORITHM }
  return timed(() => kms.as({ principal: ROLE }).decrypt({ ciphertextBlob, recipient }))
}

/** Both stores are on the same disk, and write to it before they acknowledge. Left out, aloud, without PostgreSQL. */
async function storing(): Promise<{ rows: Measurement[]; tearDown(): Promise<void> }> {
  if (!hasPostgres('the comparison of the KMS on it with SQLite'))
    return { rows: [], tearDown: async () => {} }
  const server = await Postgres.start()
  const folder = await mkdtemp(join(tmpdir(), 'bench-'))
  const sqlite = await laboratory(new SqliteStore(join(folder, 'kms.sqlite')))
  const postgres = await laboratory(await PostgresStore.open({ connection: server.settings }))
  const row: Measurement = {
    name: 'KMS decrypt for a recipient on PostgreSQL, against SQLite',
    unit: 'ms',
    samples: SAMPLES,
    subject: () => spending(postgres),
    baseline: () => spending(sqlite),
    goal: { atMost: 1.5 },
  }
  return {
    rows: [row],
    async tearDown() {
      for (const lab of [postgres, sqlite]) await lab.kms.close()
      await server[Symbol.asyncDispose]()
      await rm(folder, { recursive: true })
    },
  }
}

/** 500 concurrent decrypts with a recipient, by AWS's client over HTTP; all must succeed. */
async function requesting(lab: Laboratory, url: string): Promise<Measurement> {
  const AttestationDocument = await lab.document()
  const client = awsClient(url)
  const ask = async () => {
    const answer = await client.send(
      new DecryptCommand({
        CiphertextBlob: lab.ciphertextBlob,
        Recipient: { AttestationDocument, KeyEncryptionAlgorithm: ALGORITHM },
      }),
    )
    return answer.CiphertextForRecipient !== undefined
  }
  return {
    name: `${REQUESTS} decrypts for recipients over HTTP at once, all answered`,
    unit: 'ms',
    samples: 3,
    subject: () =>
      timed(async () => {
        const answered = await Promise.all(Array.from({ length: REQUESTS }, ask))
        assertThat(answered.every(Boolean), 'a request was not answered')
      }),
  }
}

function evaluating(): Measurement {
  const policies = [readPolicy(policyText(), 'key')]
  const document = { pcrs: new Map([[0, PCR0]]) } as unknown as ReturnType<typeof decodeDocument>
  const request = {
    action: 'Decrypt',
    principal: ROLE,
    account: '000000000000',
    isForeign: false,
    resources: ['arn:aws:kms:local-1:000000000000:key/0'],
  } as const
  return {
    name: 'policy of 20 statements, evaluated, the last one allows',
    unit: 'µs',
    samples: SAMPLES,
    subject() {
      const start = performance.now()
      for (let count = 0; count < EVALUATIONS; count++) {
        const { allowed } = decide(policies, { ...request, context: new ConditionContext({}, document) })
        if (!allowed) throw new Error('bench/kms: the policy does not allow')
      }
      return ((performance.now() - start) * 1000) / EVALUATIONS
    },
    goal: { atMost: 20 },
  }
}

export const kms: Benchmark = {
  room: 'kms',
  async measurements() {
    const lab = await laboratory()
    const accessKeys = [{ ...ACCESS_KEY, principal: ROLE }]
    const server = await serveOnLoopback(createKmsApp(lab.kms, { accessKeys }))
    const stores = await storing()
    return {
      rows: [await decrypting(lab), ...stores.rows, await requesting(lab, server.url), evaluating()],
      async tearDown() {
        await stores.tearDown()
        await server.close()
      },
    }
  },
}
