/** A program for a real Nitro enclave is compiled as it stands: only a file of Cargo's names where its crates are. */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findCompiler } from '../../../scripts/compilers.ts'
import { verifyAttestation } from '../../../src/attestation/index.ts'
import { concatBytes } from '../../../src/base/bytes.ts'
import { pcrHex } from '../../../src/base/pcrs.ts'
import { buildImage } from '../../../src/image/index.ts'
import { createParent } from '../../../src/parent/index.ts'
import { connectWhenReady, receiveBytes, send } from '../../support/laboratory.ts'
import { patience } from '../../support/patience.ts'

const crates = join(import.meta.dirname, '../../../guests/rust')
const NAMES = ['vsock', 'aws-nitro-enclaves-nsm-api', 'serde_bytes']
const PORT = 5005

const cargo = await findCompiler('cargo')
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'webclave-real-rust-'))
  await cp(join(import.meta.dirname, 'real'), folder, { recursive: true })
  await mkdir(join(folder, '.cargo'))
  const lines = NAMES.map((name) => `${name} = { path = "${join(crates, name)}" }`)
  await writeFile(join(folder, '.cargo/config.toml'), `[patch.crates-io]\n${lines.join('\n')}\n`)
  if (!cargo) return
  const { command, target, env } = cargo
  const args = ['build', '--quiet', '--release', '--offline', '--target', target]
  await promisify(execFile)(command, args, { cwd: folder, env: { ...process.env, ...env } })
}, patience(120_000))
afterAll(() => rm(folder, { recursive: true }))

/** A message with its length before it. */
const framed = (bytes: Uint8Array) => {
  const length = new DataView(new ArrayBuffer(8))
  length.setBigUint64(0, BigInt(bytes.byteLength))
  return concatBytes(new Uint8Array(length.buffer), bytes)
}

describe.skipIf(cargo === undefined)('a program for a real enclave', () => {
  it('compiles unmodified, and its documents verify', async () => {
    const path = join(folder, 'target', cargo!.target, 'release/attestation-server.wasm')
    const { eif } = await buildImage({ app: { path } })
    await using parent = await createParent({ vcpus: 1, memoryMiB: 64, profile: 'nitro' })
    const enclave = await parent.start(eif, { vcpus: 1, memoryMiB: 64 })
    const ask = async (message: Uint8Array) => {
      await using socket = await connectWhenReady(enclave, PORT)
      const [answer] = await Promise.all([receiveBytes(socket), send(socket, message).catch(() => {})])
      return answer
    }
    const nonce = new TextEncoder().encode('a nonce')
    const answer = await ask(framed(nonce))
    const document = answer.slice(8)
    expect(answer.slice(0, 8)).toEqual(framed(document).slice(0, 8))
    const verdict = await verifyAttestation(document, {
      profile: 'nitro',
      roots: parent.rootCertificate,
      nonce,
      userData: new TextEncoder().encode(enclave.moduleId),
      pcrs: {
        0: pcrHex(enclave.pcrs, 0),
        16: createHash('sha384').update(new Uint8Array(48)).update('configuration').digest('hex'),
      },
    })
    expect(verdict.checks.filter(({ ok }) => !ok)).toEqual([])
    // A nonce that is too long is refused, and the program goes on.
    expect(await ask(framed(new Uint8Array(513)))).toHaveLength(0)
    expect((await ask(framed(nonce))).byteLength).toBeGreaterThan(1000)
    for (const file of ['Cargo.toml', 'src/main.rs'])
      expect(await readFile(join(folder, file), 'utf8')).not.toContain('webclave')
  })
})
