/**
 * The verifier, compared with the bare WebCrypto operations for a document with five certificates: four verifications
 * of certificates and one of the document, all five concurrent as in the verifier. If no part of the document has been
 * seen before, importing the keys is included in the baseline; otherwise they are imported beforehand, and the verifier
 * uses its caches. Also compared with two other verifiers on one real Nitro document, if the folder with it exists.
 */
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { SignedAttestation } from '@0xsequence/tee-verifier'
import { initSync, PCRs, validateAttestationDocPcrs } from '@evervault/wasm-attestation-bindings'
import { AWS_NITRO_ROOT, decodeDocument, verifyAttestation } from '../src/attestation/index.ts'
import { createAttestationAuthority } from '../src/attestation/issue/authority.ts'
import { toHex } from '../src/base/bytes.ts'
import { decodeSign1, sigStructure } from '../src/encoding/cose.ts'
import { signatureFromDer } from '../src/encoding/ecdsa.ts'
import { readCertificate } from '../src/encoding/x509/certificate.ts'
import { type Benchmark, type Measurement, timed } from './harness.ts'

const SAMPLES = 300
const NONCE = new Uint8Array(32).fill(1)
const REAL = new URL('../../shared/vectors/nitro/evervault_beta_valid.cbor', import.meta.url)
const P384 = { name: 'ECDSA', namedCurve: 'P-384', hash: 'SHA-384' }

/** Throws if the measured work did not succeed. */
function assertThat(holds: boolean, what: string): void {
  if (!holds) throw new Error(`bench/attestation: ${what}`)
}

interface BareWork {
  importKeys(): Promise<CryptoKey[]>
  /** All verifications at once. */
  verify(keys: readonly CryptoKey[]): Promise<boolean[]>
}

/** The bare operations for `document`, with their inputs prepared. */
function bareWork(document: Uint8Array<ArrayBuffer>): BareWork {
  const { cabundle, certificate } = decodeDocument(document, 'nitro')
  const path = [...cabundle, certificate].map(readCertificate)
  const { signature, protectedHeader, payload } = decodeSign1(document)
  const signed = path
    .slice(1)
    .map((one) => ({ signature: signatureFromDer(one.signature, 48), data: one.tbs }))
  const all = [...signed, { signature, data: sigStructure(protectedHeader, payload) }]
  return {
    importKeys: () =>
      Promise.all(
        path.map(({ publicPoint }) => crypto.subtle.importKey('raw', publicPoint, P384, false, ['verify'])),
      ),
    verify: (keys) =>
      Promise.all(
        all.map(({ signature, data }, at) => crypto.subtle.verify(P384, keys[at]!, signature, data)),
      ),
  }
}

/** A host, and documents of its new enclaves. */
async function createHost() {
  const authority = await createAttestationAuthority({ instanceId: 'i-0123456789abcdef0' })
  const pcrs = new Map(Array.from({ length: 16 }, (_, index) => [index, new Uint8Array(48).fill(1)] as const))
  let count = 0
  return {
    attest: () => authority.attest({ profile: 'nitro', moduleId: `i-0-enc${count++}`, nonce: NONCE, pcrs }),
    async verify(document: Uint8Array) {
      const options = { profile: 'nitro', roots: authority.rootPem, nonce: NONCE } as const
      assertThat((await verifyAttestation(document, options)).ok, 'our own document does not verify')
    },
  }
}

/** Documents of a different host each time, of different enclaves of one host, and the same one repeatedly. */
async function againstWebCrypto(): Promise<Measurement[]> {
  const { attest, verify } = await createHost()
  const document = await attest()
  const known = bareWork(document)
  const keys = await known.importKeys()
  const checked = await known.verify(keys)
  assertThat(checked.length === 5 && checked.every(Boolean), 'the baseline does not verify five')
  let unknown = known
  return [
    {
      name: 'verifyAttestation, of a host never seen, against its 5',
      unit: 'ms',
      samples: SAMPLES / 3,
      async subject() {
        const host = await createHost()
        const fresh = await host.attest()
        unknown = bareWork(fresh)
        return timed(() => host.verify(fresh))
      },
      baseline: () => timed(async () => unknown.verify(await unknown.importKeys())),
      goal: { atMost: 1.3 },
    },
    {
      name: 'the same, of a new enclave of one host',
      unit: 'ms',
      samples: SAMPLES,
      async subject() {
        const fresh = await attest()
        return timed(() => verify(fresh))
      },
      baseline: () => timed(() => known.verify(keys)),
      goal: { atMost: 1.3 },
    },
    {
      name: 'the same, of one document again',
      unit: 'ms',
      samples: SAMPLES,
      subject: () => timed(() => verify(document)),
      baseline: () => timed(() => known.verify(keys)),
      goal: { atMost: 1.3 },
    },
  ]
}

/** Runs `work` with the clock set to `moment`, because the other verifier uses only the current time. */
function atTime<Result>(moment: number, work: () => Result): Result {
  const { now } = Date
  Date.now = () => moment
  try {
    return work()
  } finally {
    Date.now = now
  }
}

/**
 * Each verifier checks the chain at the document's time, the signature and PCR0. All except tee-verifier also check the
 * root, because its check needs a page's `window`.
 */
async function againstOthers(): Promise<Measurement[]> {
  if (!existsSync(REAL)) {
    console.warn('bench/attestation: ../shared/vectors is absent; no row against other verifiers')
    return []
  }
  const bytes = Uint8Array.from(readFileSync(REAL))
  const base64 = Buffer.from(bytes).toString('base64')
  const { timestamp: at, pcrs } = decodeDocument(bytes, 'nitro')
  const pcr0 = toHex(pcrs.get(0)!)
  const binary = import.meta.resolve('@evervault/wasm-attestation-bindings/index_bg.wasm')
  initSync({ module: readFileSync(fileURLToPath(binary)) })

  const ours = async () => {
    const options = {
      profile: 'nitro',
      roots: AWS_NITRO_ROOT,
      freshness: false,
      at,
      pcrs: { 0: pcr0 },
    } as const
    assertThat((await verifyAttestation(bytes, options)).ok, 'the real document does not verify')
  }
  const evervault = async () => {
    const expected = [new PCRs(pcr0)]
    const ok = atTime(at, () => validateAttestationDocPcrs(base64, expected))
    assertThat(ok, 'evervault refuses the real document')
  }
  const sequence = async () => {
    const document = SignedAttestation.fromDocument(base64)
    const holds = [
      document.pcrs.get(0) === pcr0,
      await document.verifyRootOfTrust(new Date(at)),
      await document.verifySignature(),
    ]
    assertThat(holds.every(Boolean), 'tee-verifier refuses the real document')
  }
  const row = (name: string, baseline: () => Promise<void>, samples: number): Measurement => ({
    name: `real Nitro document: ${name}`,
    unit: 'ms',
    samples,
    subject: () => timed(ours),
    baseline: () => timed(baseline),
    goal: { atMost: 1 },
  })
  return [
    row('@evervault/wasm-attestation-bindings', evervault, SAMPLES / 10),
    row('@0xsequence/tee-verifier', sequence, SAMPLES / 10),
  ]
}

export const attestation: Benchmark = {
  room: 'attestation',
  async measurements() {
    return { rows: [...(await againstWebCrypto()), ...(await againstOthers())], tearDown: async () => {} }
  },
}
