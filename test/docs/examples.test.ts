/**
 * Every `@example` in src/ runs, and where a line ends in a comment that is a value, the line has that value. An
 * example sees the exports of its own file, and the few things below that examples take for granted.
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { parse } from '@bytecodealliance/jco-transpile/wasm-tools'
import { serve } from '@hono/node-server'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { admit } from '../../src/admission/index.ts'
import * as attestation from '../../src/attestation/index.ts'
import { toHex } from '../../src/base/bytes.ts'
import { pcrHex } from '../../src/base/pcrs.ts'
import { createAttestedClient } from '../../src/channel/index.ts'
import { ServiceClient } from '../../src/client/index.ts'
import { joinFleet } from '../../src/fleet/index.ts'
import { enclaveFetch } from '../../src/http/index.ts'
import { buildImage } from '../../src/image/index.ts'
import { createKms, createKmsApp } from '../../src/kms/index.ts'
import { createParent, type Enclave, VsockSocket } from '../../src/parent/index.ts'
import { createPool } from '../../src/pool/index.ts'
import { readAllowlist } from '../../src/proxy/index.ts'
import type * as sdk from '../../src/sdk/index.ts'
import { shareSecrets } from '../../src/shared/index.ts'
import { sharingImage } from '../shared/images.ts'
import { command } from '../support/components.ts'
import { guestPath, Laboratory, connectWhenReady as ready } from '../support/laboratory.ts'
import { hasNats, startNats } from '../support/nats.ts'
import { hasPostgres, Postgres } from '../support/postgres.ts'
import { bodyOf, examples, src } from './docstrings.ts'

const MIB = 1024 * 1024

type Check = (actual: unknown, expected: unknown) => void
type Body = (names: Record<string, unknown>, check: Check) => Promise<void>
const AsyncFunction = (async () => {}).constructor as new (...words: string[]) => Body

const folder = mkdtempSync(join(tmpdir(), 'webclave-examples-'))
let lab: Laboratory
/** The socket of an enclave that the command line has started. */
let commandLine: Server
let context: Record<string, unknown>
/** Ends what examples have begun. */
const ended: (() => unknown)[] = []
const isWithPostgres = hasPostgres('the example of a store in it')
const isWithNats = hasNats('examples of fleets')
let postgres: Postgres | undefined

beforeAll(async () => {
  if (isWithPostgres) postgres = await Postgres.start()
  execFileSync(
    'openssl',
    [
      ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:secp384r1', '-nodes', '-days', '2'],
      ...['-subj', '/CN=example', '-keyout', join(folder, 'key.pem'), '-out', join(folder, 'cert.pem')],
    ],
    { stdio: 'ignore' },
  )
  const socket = join(folder, 'webclave/0/vsock.sock')
  mkdirSync(dirname(socket), { recursive: true, mode: 0o700 })
  vi.stubEnv('XDG_RUNTIME_DIR', folder)
  commandLine = createServer((connection) => {
    connection.write('OK 1\n')
    connection.pipe(connection)
  }).listen(socket)
  lab = await Laboratory.open()
  const { eif } = await buildImage({ app: { source: 'console.log("a")' } })
  const component = await command('(i32.const 0)')
  const { verifyAttestation, decodeDocument, AWS_NITRO_ROOT } = attestation
  context = {
    toHex,
    verifyAttestation,
    decodeDocument,
    AWS_NITRO_ROOT,
    pcrHex,
    console: { log() {} },
    eif,
    before: eif,
    after: (await buildImage({ app: { source: 'console.log("b")' } })).eif,
    component,
    memoryBytes: 64 * MIB,
    modules: new Map(),
    privateKeyPem: readFileSync(join(folder, 'key.pem'), 'utf8'),
    certificatePem: readFileSync(join(folder, 'cert.pem'), 'utf8'),
    enclave: lab.enclave,
  }
})
afterAll(async () => {
  await postgres?.[Symbol.asyncDispose]()
  commandLine.close()
  for (const end of ended) await end()
  vi.unstubAllEnvs()
  await lab[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true })
})

/** An image whose service adds. */
const addingImage = async () => (await buildImage({ app: { path: guestPath('adding.ts') } })).eif

let adding: Promise<Enclave> | undefined
const addingEnclave = () => {
  adding ??= addingImage().then((eif) => lab.parent.start(eif, { vcpus: 1, memoryMiB: 64 }))
  return adding
}

/** What `bytes` means differs: a document where documents are shown, a component where components are read. */
async function ownContext(file: string): Promise<Record<string, unknown>> {
  if (file === 'admission/report.ts') {
    return {
      bytes: await command('(i32.const 0)', { imports: '(import "wasi:sockets/tcp@0.2.3" (instance))' }),
    }
  }
  if (file.startsWith('admission')) return { admit, bytes: context['component'] }
  if (file === 'parent/enclave.ts') {
    return { createParent, eif: await addingImage(), enclave: await addingEnclave() }
  }
  if (file.startsWith('parent'))
    return { createParent, eif: (await buildImage({ app: { path: 'guests/echo' } })).eif }
  if (file.startsWith('proxy')) return { createParent, readAllowlist }
  if (file.startsWith('attestation')) return nitroDocument()
  if (file === 'client/service-client.ts') {
    return { enclave: await addingEnclave() }
  }
  if (file.startsWith('http/')) return servingContext()
  if (file === 'pool/pool.ts') return poolContext()
  if (file.startsWith('client') || file.startsWith('pool')) return { eif: await addingImage() }
  if (file.startsWith('image/build/componentize'))
    return {
      module: await parse('(module (func (export "wasi:cli/run@0.2.0#run") (result i32) i32.const 0))'),
    }
  if (file === 'kms/store/postgres.ts') return { url: postgres!.url }
  if (file.startsWith('kms'))
    return { createKms, createKmsApp, createParent, path: join(folder, 'keys.sqlite') }
  if (file.startsWith('testing')) return testingContext()
  if (file.startsWith('channel')) return channelContext()
  if (file.startsWith('shared')) return sharingContext()
  if (file.startsWith('fleet')) return fleetContext()
  if (file.startsWith('vsock')) return { socket: await lab.enclave.connect(5000) }
  return {}
}

let serving: ReturnType<typeof startServing> | undefined
const servingContext = (): Promise<Record<string, unknown>> => {
  serving ??= startServing()
  return serving
}

/** An enclave that answers HTTP. */
async function startServing() {
  const source = `import { serveHttp } from 'webclave/sdk'\nvoid serveHttp(() => new Response('hello'))`
  const { eif } = await buildImage({ app: { source } })
  return { eif, enclave: await lab.parent.start(eif, { vcpus: 1, memoryMiB: 64 }), createParent }
}

/** A pool of enclaves that serve HTTP. */
async function poolContext(): Promise<Record<string, unknown>> {
  const { eif } = await startServing()
  const pool = await createPool(eif, { size: 1, service: false, port: 8080 })
  ended.push(() => pool.close())
  return { pool, enclaveFetch }
}

/** An enclave with an attached channel, and what its caller pins. */
async function channelContext(): Promise<Record<string, unknown>> {
  const source = `import { attestedChannel, serveHttp } from 'webclave/sdk'
    const handlers = { add: ({ a, b }) => a + b }
    export default () => serveHttp(attestedChannel(() => new Response('hello'), { calls: handlers }))`
  const image = await buildImage({ app: { source } })
  const parent = await createParent({ vcpus: 1, memoryMiB: 128 })
  ended.push(() => parent.close())
  const enclave = await parent.start(image.eif, { vcpus: 1, memoryMiB: 64 })
  await (await ready(enclave, 8080)).close()
  const front = enclaveFetch(enclave)
  const server = serve({ fetch: (request) => front(request), port: 0, hostname: '127.0.0.1' })
  ended.push(() => server.close())
  await new Promise((resolve) => server.once('listening', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const { pcrs } = image
  const { rootCertificate } = parent
  return {
    url,
    pcrs,
    rootCertificate,
    client: await createAttestedClient({ url, roots: rootCertificate, pcrs }),
  }
}

/** A bus, and a member of the fleet `signer` whose enclave adds. */
async function fleetContext(): Promise<Record<string, unknown>> {
  const server = await startNats()
  const source = `import { attestedChannel, serveHttp } from 'webclave/sdk'
    const calls = { add: ({ a, b }) => a + b }
    export default () => serveHttp(attestedChannel(() => new Response(), { calls }))`
  const { eif, pcrs } = await buildImage({ app: { source } })
  const parent = await createParent({ vcpus: 4, memoryMiB: 256 })
  const member = await joinFleet(eif, { nats: server.url, name: 'signer', parent })
  ended.push(async () => {
    await member.leave()
    await parent.close()
    await server.stop()
  })
  return { eif, pcrs, parent, servers: server.url, rootCertificate: parent.rootCertificate }
}

/** A parent, and an image whose enclaves share a secret. */
async function sharingContext(): Promise<Record<string, unknown>> {
  const parent = await createParent({ vcpus: 3, memoryMiB: 256 })
  ended.push(() => parent.close())
  const { eif } = await sharingImage([parent.rootCertificate])
  return { parent, eif }
}

/** A module under test that serves, and what a test of it uses. */
async function testingContext(): Promise<Record<string, unknown>> {
  const { attest, serve: serveCalls } = (await entry('webclave/sdk')) as typeof sdk
  const testing = (await entry('webclave/testing')) as typeof import('../../src/testing/index.ts')
  testing.testEnclave.reset()
  void serveCalls({ add: ({ a, b }: { a: number; b: number }) => a + b })
  return { ...testing, attest, serve: serveCalls, ServiceClient, afterEach: () => {} }
}

/** A document, and what its verifier must know beforehand. */
async function nitroDocument() {
  const { createAttestationAuthority } = await import('../../src/attestation/issue/authority.ts')
  const authority = await createAttestationAuthority({ instanceId: 'i-0123456789abcdef0' })
  const [nonce, pcrs] = [new Uint8Array(32), new Map([[0, new Uint8Array(48).fill(1)]])]
  const document = await authority.attest({ profile: 'nitro', moduleId: 'i-0-enc0', nonce, pcrs })
  return { document, bytes: document, root: authority.rootPem, nonce, pcrs }
}

/** What users import, by the name that they import it by. */
const { exports: entries } = JSON.parse(readFileSync(join(src, '../package.json'), 'utf8')) as {
  exports: Record<string, { node?: string; default?: string }>
}
const entry = (name: string) => {
  const { node, default: built } = entries[name.replace('webclave', '.')] ?? {}
  if (built === undefined) throw new Error(`${name} is not an entry`)
  // The SDK outside of an enclave, and the test enclave that it shares, exist only in the release.
  if (node || name === 'webclave/testing') return import(join(src, '..', node ?? built)) as Promise<object>
  return import(join(src, built.replace('./dist/', '').replace(/\.js$/, '.ts'))) as Promise<object>
}

const check: Check = (actual, expected) => {
  if (typeof expected === 'object') expect(actual).toMatchObject(expected as object)
  else expect(actual).toEqual(expected)
}

describe('examples', () => {
  test('are found in src', () => expect(examples.length).toBeGreaterThan(30))

  const isHere = (file: string) =>
    !file.startsWith('sdk/') &&
    (isWithPostgres || file !== 'kms/store/postgres.ts') &&
    (isWithNats || !file.startsWith('fleet'))

  test.each(examples.filter(({ file }) => isHere(file)))('in $file run', async ({ file, lines }) => {
    const own = file.startsWith('testing') ? {} : ((await import(join(src, file))) as object)
    const names = { ...context, ...(await ownContext(file)), ...own, entry }
    const keys = Object.keys(names).join(', ')
    // A name that the example declares itself hides the one that it is given.
    const source = `const { ${keys} } = names; await (async () => { ${bodyOf(lines)}\n })()`
    await new AsyncFunction('names', 'check', source)(names, check)
  })

  test.each(examples.filter(({ file }) => file.startsWith('sdk/')))(
    'in $file run in an enclave',
    async ({ file, lines }) => {
      if (lines.some((line) => line.startsWith('export default'))) return startApplication(lines)
      const isTcp = file === 'sdk/tcp.ts'
      using _ = lab.parent.listen(8000, (socket) =>
        isTcp ? answerAsHost(socket) : socket.readable.pipeTo(socket.writable),
      )
      using _sharing = file.startsWith('sdk/shared') ? shareSecrets(lab.parent) : undefined
      const listening = lines.some((line) => line.includes('of listen('))
      const running = lab.run<void>(`
      const { connect, listen: open } = { ...sdk.vsock${isTcp ? ', connect: sdk.connect' : ''} }
      const { aesGcm, argon2id, attest, attestedChannel, createKmsClient, ecdsa, ed25519, hash, randomBytes, Recipient, serve, serveHttp, sharedSecret } = sdk
      const roots = ${JSON.stringify(lab.parent.rootCertificate)}
      const nonce = new Uint8Array(8)
      const [key, pepper] = [randomBytes(32), randomBytes(32)]
      const answer = (socket) => socket.close()
      const listen = () => open(5900)
      ${lines.join('\n')}`)
      if (listening) {
        const socket = await connectWhenReady(5900)
        await socket.closed
      }
      await running
    },
  )
})

/** A proxy, and a host behind it that greets and closes. */
async function answerAsHost(socket: VsockSocket): Promise<void> {
  const writer = socket.writable.getWriter()
  await writer.write(new TextEncoder().encode('HTTP/1.1 200 OK\r\n\r\nhello'))
  await writer.close()
}

/** An example that is an application of its own is built and started. */
async function startApplication(lines: readonly string[]): Promise<void> {
  const path = join(folder, 'application.js')
  writeFileSync(path, lines.join('\n'))
  const { eif } = await buildImage({ app: { path } })
  // The other parent's are in use by the enclaves of other examples.
  await using parent = await createParent({ vcpus: 1, memoryMiB: 64 })
  const enclave = await parent.start(eif, { vcpus: 1, memoryMiB: 64 })
  expect(enclave.state).toBe('running')
}

/** Connects as soon as the guest listens: until then it refuses. */
async function connectWhenReady(port: number) {
  for (;;) {
    const outcome = await lab.enclave.connect(port).catch((error: { code?: string }) => error)
    if (outcome instanceof VsockSocket) return outcome
    if (outcome.code !== 'E_VSOCK_REFUSED') throw outcome
  }
}
