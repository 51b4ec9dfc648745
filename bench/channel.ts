/**
 * The attested channel. An exchange is compared with the same one in clear over the same path, and the bare HPKE operations of
 * both sides, all in the same run; a first one with the signatures of its document: one is made, five are verified.
 */

import { createCipheriv, createDecipheriv, createHmac, diffieHellman, generateKeyPairSync } from 'node:crypto'
import { createAttestedClient } from '../src/channel/index.ts'
import { enclaveFetch } from '../src/http/index.ts'
import { buildImage } from '../src/image/index.ts'
import { createParent } from '../src/parent/index.ts'
import { connectWhenReady } from '../test/support/laboratory.ts'
import { type Benchmark, timed } from './harness.ts'

const SAMPLES = 50
/** Exchanges of one sample, and of the operations of one sample in the enclave, whose clock counts whole milliseconds. */
const CALLS = 20
const BODY = 65_536
/** Exchanges with such bodies at a time. */
const AT_ONCE = 8
const URL = 'http://enclave'
const AES = 'aes-256-gcm'
const P384 = { name: 'ECDSA', namedCurve: 'P-384', hash: 'SHA-384' }
type Handlers = { readonly add: (request: { a: number; b: number }) => number }

async function laboratory() {
  const image = await buildImage({
    app: { path: new globalThis.URL('guests/channel.ts', import.meta.url).pathname },
  })
  const parent = await createParent({ vcpus: 2, memoryMiB: 512 })
  const enclave = await parent.start(image.eif, { vcpus: 1, memoryMiB: 128 })
  await (await connectWhenReady(enclave, 8080)).close()
  const front = enclaveFetch(enclave)
  const client = await createAttestedClient({
    url: URL,
    roots: parent.rootCertificate,
    pcrs: image.pcrs,
    fetch: front,
  })
  return { parent, front, client }
}

/** What HPKE and an answer need of a caller in Node, once: the bare operations of node:crypto. */
function callerOperations(): () => Promise<void> {
  const recipient = generateKeyPairSync('x25519').publicKey
  const [key, iv, info] = [new Uint8Array(32), new Uint8Array(12), new Uint8Array(90)]
  const mac = () => createHmac('sha256', key).update(info).digest()
  const answer = createCipheriv(AES, key, iv)
  const text = answer.update(new Uint8Array(50))
  answer.final()
  const tag = answer.getAuthTag()
  return async () => {
    const { privateKey, publicKey } = generateKeyPairSync('x25519')
    publicKey.export({ format: 'jwk' })
    diffieHellman({ privateKey, publicKey: recipient })
    // Two for the mechanism, three for the context, two for the exported secret, three for the answer's key and nonce.
    for (let count = 0; count < 10; count++) mac()
    const cipher = createCipheriv(AES, key, iv)
    cipher.update(new Uint8Array(150))
    cipher.final()
    cipher.getAuthTag()
    const decipher = createDecipheriv(AES, key, iv)
    decipher.setAuthTag(tag)
    decipher.update(text)
    decipher.final()
  }
}

/** One signature made, and five verified at the same time, as those of a document and its chain are. */
async function signatures(): Promise<() => Promise<unknown>> {
  const pair = await crypto.subtle.generateKey(P384, false, ['sign', 'verify'])
  const data = new Uint8Array(1000)
  return async () => {
    const signature = await crypto.subtle.sign(P384, pair.privateKey, data)
    const five = Array.from({ length: 5 }, () => crypto.subtle.verify(P384, pair.publicKey, signature, data))
    return Promise.all(five)
  }
}

/** Milliseconds of one of `CALLS` runs of `work`. */
async function each(work: () => Promise<unknown>): Promise<number> {
  const all = await timed(async () => {
    for (let count = 0; count < CALLS; count++) await work()
  })
  return all / CALLS
}

export const channel: Benchmark = {
  room: 'channel',
  async measurements() {
    const { parent, front, client } = await laboratory()
    const call = client.calls<Handlers>()
    const numbers = { a: 1, b: 2 }
    const init = { method: 'POST', body: JSON.stringify(numbers) }
    const inClear = async () => {
      if ((await (await front(`${URL}/add`, init)).json()) !== 3)
        throw new Error('bench/channel: a wrong sum')
    }
    const sealed = async () => {
      if ((await (await client.fetch('/add', init)).json()) !== 3)
        throw new Error('bench/channel: a wrong sum')
    }
    const called = async () => {
      if ((await call.add(numbers)) !== 3) throw new Error('bench/channel: a wrong sum')
    }
    const caller = callerOperations()
    const enclaveOperations = async () =>
      Number(await (await front(`${URL}/operations?count=${CALLS * 5}`)).json()) / (CALLS * 5)
    // In this order, as an exchange does them: an enclave that has waited for HPKE has to wake up.
    const bare = async () => {
      const both = await each(async () => {
        await caller()
        await inClear()
      })
      return both + (await enclaveOperations())
    }
    const body = new Uint8Array(BODY)
    const post = { method: 'POST', body }
    const megabytes = async (work: () => Promise<Response>) => {
      const one = async () => {
        for (let count = 0; count < CALLS; count++) await (await work()).arrayBuffer()
      }
      const time = await timed(() => Promise.all(Array.from({ length: AT_ONCE }, one)))
      return (2 * BODY * CALLS * AT_ONCE) / time / 1000
    }
    const rows: Awaited<ReturnType<Benchmark['measurements']>>['rows'] = [
      {
        name: 'a call over the channel | in clear, and bare HPKE of both sides',
        unit: 'ms',
        samples: SAMPLES,
        subject: () => each(called),
        baseline: bare,
        goal: { atMost: 1.3 },
      },
      {
        name: 'a fetch over the channel | in clear, and bare HPKE of both sides',
        unit: 'ms',
        samples: SAMPLES,
        subject: () => each(sealed),
        baseline: bare,
        goal: { atMost: 1.3 },
      },
      {
        name: 'bare HPKE of a caller',
        unit: 'ms',
        samples: SAMPLES,
        subject: () => each(caller),
      },
      { name: 'bare HPKE of an enclave', unit: 'ms', samples: SAMPLES, subject: enclaveOperations },
      { name: 'the same call in clear', unit: 'ms', samples: SAMPLES, subject: () => each(inClear) },
      {
        name: 'a document and its verification | its signatures',
        unit: 'ms',
        samples: SAMPLES,
        subject: () => timed(() => client.attest()),
        baseline: await (async () => {
          const sign = await signatures()
          return async () => timed(sign)
        })(),
        goal: { atMost: 1.3 },
      },
      {
        name: '64 KiB there and back, 8 at once, over the channel | in clear',
        unit: 'MB/s',
        samples: SAMPLES / 5,
        subject: () => megabytes(() => client.fetch('/', post)),
        baseline: () => megabytes(() => front(`${URL}/`, post)),
        goal: { atLeast: 0.5 },
      },
    ]
    return {
      rows,
      tearDown: async () => {
        front.close()
        await parent.close()
      },
    }
  },
}
