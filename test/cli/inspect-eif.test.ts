/** `qt enclave query-eif`, `diff-eif` and `sign-eif`, for images of webclave and of real clouds. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { diffEif } from '../../src/cli/commands/diff-eif.ts'
import { queryEif } from '../../src/cli/commands/query-eif.ts'
import { signEif } from '../../src/cli/commands/sign-eif.ts'
import { printable } from '../../src/cli/output/output.ts'
import { buildImage, diffImages, parseEif, signImage, verifyImage } from '../../src/image/index.ts'
import { testSigner } from '../image/signer.ts'
import { rawEif, text } from '../image/support.ts'
import { command } from '../support/components.ts'
import { qt } from '../support/qt.ts'
import { runCommand } from './in-process.ts'

let folder: string
const signer = testSigner()
const path = (name: string) => join(folder, name)
const store = (name: string, bytes: Uint8Array | string) => writeFile(path(name), bytes)
const query = async (name: string) => JSON.parse((await runCommand(queryEif, ['--eif', path(name)])).stdout)

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'webclave-inspect-'))
  const source = (word: string) => buildImage({ app: { source: `console.log("${word}")` }, name: 'words' })
  const { eif } = await source('hello')
  await store('hello.eif', eif)
  await store('jello.eif', (await source('jello')).eif)
  await store('signed.eif', await signImage(eif, signer))
  await store('key.pem', signer.privateKeyPem)
  await store('cert.pem', signer.certificatePem)
  const component = await command('i32.const 0', {
    memory: '(memory 2 8)',
    extra: '(table 3 9 funcref)',
    imports: '(import "qingtian:enclave/vsock@0.1.0" (instance))',
  })
  const manifest = { memoryMiB: 32, destinations: ['kms.example.com:443'] }
  await store('component.eif', (await buildImage({ app: { component }, manifest })).eif)
  await store(
    'nitro.eif',
    rawEif([
      { type: 1, data: text('linux') },
      { type: 2, data: text('reboot=k') },
    ]),
  )
})
afterAll(() => rm(folder, { recursive: true }))

describe('query-eif', () => {
  it('describes the image of a component completely', async () => {
    const report = await query('component.eif')
    expect(report).toMatchObject({
      EifVersion: 4,
      Flags: 0,
      DefaultMemoryMiB: 32,
      CheckCRC: true,
      IsSigned: false,
      Manifest: { memoryMiB: 32, destinations: ['kms.example.com:443'] },
      Component: {
        Role: 'application',
        Imports: ['qingtian:enclave/vsock@0.1.0'],
        Exports: ['wasi:cli/run@0.2.0'],
        Memories: [{ min: 2, declaredMax: 8, instances: 1 }],
        Tables: [{ min: 3, declaredMax: 9, instances: 1 }],
        Admission: { Admitted: true, MemoryMiB: 32, MemoryPagesAtMost: [8], TableElementsAtMost: [9] },
      },
    })
    expect(report.Component.Wit).toContain('  import qingtian:enclave/vsock@0.1.0;')
    expect(report.Component.Wit).toContain('  export wasi:cli/run@0.2.0;')
    expect(report.CRC.Claimed).toBe(report.CRC.Computed)
  })

  it('reports where the sections are', async () => {
    const bytes = new Uint8Array(await readFile(path('hello.eif')))
    const { Sections } = await query('hello.eif')
    const { sections } = await parseEif(bytes)
    expect(Sections.map(({ type }: { type: string }) => type)).toEqual(sections.map(({ type }) => type))
    for (const [at, { dataOffset, size, measured, type }] of Sections.entries()) {
      expect(bytes.slice(dataOffset, dataOffset + size)).toEqual(sections[at]!.data)
      expect(measured).toBe(type !== 'metadata')
    }
  })

  it('reports the PCRs of both profiles, and the signer', async () => {
    const report = await query('signed.eif')
    const bytes = new Uint8Array(await readFile(path('signed.eif')))
    for (const profile of ['qingtian', 'nitro'] as const) {
      const { pcrs } = await verifyImage(bytes, { profile })
      const hex = (value: Uint8Array) => Buffer.from(value).toString('hex')
      expect(report.PCRs[profile]).toEqual({
        PCR0: hex(pcrs.get(0)!),
        PCR1: hex(pcrs.get(1)!),
        PCR2: hex(pcrs.get(2)!),
        PCR8: hex(pcrs.get(8)!),
      })
    }
    expect(report).toMatchObject({
      IsSigned: true,
      SignatureCheck: true,
      SigningCertificate: { Subject: 'CN=test, O=Test', Curve: 'P-384' },
      Component: { Role: 'engine', Exports: expect.arrayContaining(['webclave:engine/loop@0.1.0']) },
    })
    expect(report.Component).not.toHaveProperty('Admission')
  })

  it("explains why a real cloud's image cannot be started here", async () => {
    const report = await query('nitro.eif')
    expect(report.Problem).toContain('E_IMAGE_FOREIGN')
    expect(report).not.toHaveProperty('Component')
  })

  it('explains why a start would reject an application', async () => {
    const greedy = await command('i32.const 0', { memory: '(memory 4000)' })
    await store('greedy.eif', (await buildImage({ app: { component: greedy } })).eif)
    expect((await query('greedy.eif')).Component.Admission).toMatchObject({
      Admitted: false,
      Problem: expect.stringContaining('E_ADMISSION_MEMORY'),
    })
    const broken = new Uint8Array([0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0, 99])
    await store('broken.eif', (await buildImage({ app: { component: broken } })).eif)
    expect((await query('broken.eif')).Component).toMatchObject({
      Role: 'application',
      Problem: expect.stringContaining('E_ADMISSION'),
    })
  })

  it('reports a wrong CRC and signature of a damaged image', async () => {
    const bytes = await readFile(path('signed.eif'))
    bytes[bytes.indexOf('hello')]! ^= 1
    await store('damaged.eif', bytes)
    expect(await query('damaged.eif')).toMatchObject({
      CheckCRC: false,
      SignatureCheck: false,
      SignatureProblem: expect.stringContaining('E_IMAGE_SIGNATURE'),
    })
  })

  it.each([
    ['a file that is not an image', 'E_IMAGE_', () => store('bad.eif', 'not an image')],
    ['a missing file', 'E_FILE', () => rm(path('bad.eif'), { force: true })],
    ['an empty file', 'E_IMAGE_', () => store('bad.eif', '')],
  ])('refuses %s', async (_, code, prepare) => {
    await prepare()
    const { error, status, stdout } = await runCommand(queryEif, ['--eif', path('bad.eif')])
    expect(error?.code).toContain(code)
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' })
  })

  it('prints no terminal control characters', async () => {
    expect(printable('\u001b[2J\u009b1m\u202eabc\n')).toBe('\\u001b[2J\\u009b1m\\u202eabc\n')
    const { eif } = await buildImage({ app: { source: '' }, name: '\u009b2J\u202e' })
    await store('name.eif', eif)
    const { stdout } = await runCommand(queryEif, ['--eif', path('name.eif')])
    expect(stdout).not.toMatch(/[^\P{C}\n]/u)
    expect(JSON.parse(stdout).ImageName).toBe('\u009b2J\u202e')
  })
})

describe('diff-eif', () => {
  const diff = (...names: string[]) => runCommand(diffEif, names.map(path))

  it('exits with 0 for the same image', async () => {
    const { status, stdout } = await diff('hello.eif', 'hello.eif')
    expect({ status, stdout }).toEqual({ status: 0, stdout: expect.stringContaining('are the same') })
  })

  it('shows the characters and PCRs in which two images differ', async () => {
    const { status, stdout } = await diff('hello.eif', 'jello.eif')
    expect(status).toBe(1)
    expect(stdout).toContain('ramdisk 1 (measured): the file app.js differs from byte 13 on')
    expect(stdout).toContain('"console.log(\\"hello\\")" and "console.log(\\"jello\\")"')
    expect(stdout).toMatch(/qingtian: PCR0\n.*nitro: +PCR0, PCR2\n/)
  })

  it('reports no measured difference between an image and its signed copy', async () => {
    const { stdout } = await diff('hello.eif', 'signed.eif')
    expect(stdout).toMatch(/^signature \(not measured\): only the second image has it\n/)
    expect(stdout).toMatch(/qingtian: PCR8\n/)
  })

  it.each([
    ['one image', ['hello.eif'], 'E_USAGE_MISSING', 2],
    ['three images', ['hello.eif', 'hello.eif', 'hello.eif'], 'E_USAGE', 2],
    ['a missing image', ['hello.eif', 'none.eif'], 'E_FILE', 1],
  ])('refuses %s', async (_, names, code, status) => {
    const outcome = await diff(...names)
    expect(outcome.error?.code).toBe(code)
    expect(outcome.status).toBe(status)
  })

  it('works as a process', async () => {
    const outcome = await qt(['enclave', 'diff-eif', path('hello.eif'), path('jello.eif')])
    expect(outcome).toMatchObject({ status: 1, stderr: '' })
  })
})

describe('sign-eif', () => {
  const keys = () => ['--private-key', path('key.pem'), '--signing-certificate', path('cert.pem')]

  it('adds a signature and does not change what is measured', async () => {
    await store('mine.eif', await readFile(path('hello.eif')))
    const { status, stdout } = await runCommand(signEif, ['--eif', path('mine.eif'), ...keys()])
    expect(status).toBe(0)
    const [before, after] = await Promise.all(
      ['hello.eif', 'mine.eif'].map(async (name) => new Uint8Array(await readFile(path(name)))),
    )
    expect((await verifyImage(after!)).signature?.certificate.subject).toContain('CN=test')
    const { differences } = await diffImages(before!, after!)
    expect(differences.filter(({ measured }) => measured)).toEqual([])
    expect(after!.slice(548, before!.length)).toEqual(before!.slice(548))
    const { PCRs } = await query('mine.eif')
    expect(JSON.parse(stdout)).toEqual({
      digest: 'SHA384',
      PCR0: PCRs.qingtian.PCR0,
      PCR8: PCRs.qingtian.PCR8,
    })
  })

  it('prints the output of nitro-cli with --profile nitro', async () => {
    await store('mine.eif', await readFile(path('hello.eif')))
    const args = ['--eif', path('mine.eif'), '--profile', 'nitro', ...keys()]
    const { stdout } = await runCommand(signEif, args)
    expect(Object.keys(JSON.parse(stdout).Measurements)).toEqual([
      'HashAlgorithm',
      'PCR0',
      'PCR1',
      'PCR2',
      'PCR8',
    ])
  })

  it.each<[string, string, number, () => string[]]>([
    ['without keys', 'E_USAGE', 2, () => []],
    ['with only a certificate', 'E_USAGE', 2, () => keys().slice(2)],
    ['with a missing key file', 'E_FILE', 1, () => ['--private-key', path('none'), ...keys().slice(2)]],
  ])('fails %s, and leaves the image unchanged', async (_, code, status, args) => {
    const before = await readFile(path('hello.eif'))
    const outcome = await runCommand(signEif, ['--eif', path('hello.eif'), ...args()])
    expect(outcome.error?.code).toBe(code)
    expect(outcome.status).toBe(status)
    expect(await readFile(path('hello.eif'))).toEqual(before)
  })
})
