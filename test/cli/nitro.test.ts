/** `nitro-cli`: the life of an enclave, as in its documentation. */
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Home } from '../support/home.ts'

const home = new Home()
const eif = join(home.path, 'echo.eif')
const echo = fileURLToPath(new URL('../../guests/echo', import.meta.url))
afterAll(() => home[Symbol.asyncDispose]())

const read = (text: string) => JSON.parse(text) as Record<string, unknown>
const PCR = /^[0-9a-f]{96}$/
let measurements: unknown

beforeAll(async () => {
  const metadata = join(home.path, 'metadata.json')
  writeFileSync(metadata, '{"team": "vault"}')
  const { status, stdout, stderr } = await home.nitro(
    ...['build-enclave', '--app', echo, '--output-file', eif, '--name', 'echo', '--version', '3'],
    ...['--metadata', metadata],
  )
  expect(status).toBe(0)
  expect(stderr).toBe('Start building the Enclave Image...\nEnclave Image successfully created.\n')
  measurements = read(stdout)['Measurements']
  const [PCR0, PCR1, PCR2] = Array.from({ length: 3 }, () => expect.stringMatching(PCR))
  expect(measurements).toEqual({ HashAlgorithm: 'Sha384 { ... }', PCR0, PCR1, PCR2 })
})

test('describe-eif prints the measurements of an image', async () => {
  expect(read((await home.nitro('describe-eif', '--eif-path', eif)).stdout)).toMatchObject({
    EifVersion: 4,
    Measurements: measurements,
    IsSigned: false,
    CheckCRC: true,
    ImageName: 'echo',
    ImageVersion: '3',
    Metadata: { CustomMetadata: { team: 'vault' } },
  })
})

test('pcr prints the SHA-384 of 48 zero bytes and the file’s SHA-384', async () => {
  writeFileSync(join(home.path, 'hello'), 'hello')
  const { stdout } = await home.nitro('pcr', '--input', join(home.path, 'hello'))
  const [inner, outer] = [
    'openssl dgst -sha384 -binary',
    '(head -c 48 /dev/zero; cat) | openssl dgst -sha384 -r',
  ]
  const { stdout: expected } = await home.run('sh', ['-c', `printf hello | ${inner} | ${outer}`])
  expect(read(stdout)['PCR']).toBe(expected.split(' ')[0])
})

test('an enclave is run with --config, described and terminated, and conflicts are refused', async () => {
  const config = join(home.path, 'run.json')
  writeFileSync(
    config,
    JSON.stringify({ eif_path: eif, cpu_ids: [2], memory_mib: 64, enclave_cid: 20, enclave_name: 'mine' }),
  )
  const ran = await home.nitro('run-enclave', '--config', config)
  expect(ran.stderr).toBe(
    'Start allocating memory...\nStarted enclave with enclave-cid: 20, memory: 64 MiB, cpu-ids: [2]\n',
  )
  const started = {
    EnclaveName: 'mine',
    EnclaveID: expect.stringMatching(/^i-[0-9a-f]{17}-enc[0-9a-f]{16}$/),
    ProcessID: expect.any(Number),
    EnclaveCID: 20,
    NumberOfCPUs: 1,
    CPUIDs: [2],
    MemoryMiB: 64,
  }
  expect(read(ran.stdout)).toEqual(started)
  const described = read((await home.nitro('describe-enclaves', '--metadata')).stdout)
  expect(described).toEqual([
    {
      ...started,
      State: 'RUNNING',
      Flags: 'NONE',
      Measurements: measurements,
      ImageName: 'echo',
      ImageVersion: '3',
      Metadata: expect.any(Object),
    },
  ])
  // Both tools share one pool, but each lists only its own enclaves.
  expect((await home.qt('enclave', 'query')).stdout).toBe('[]\n')
  expect(read((await home.qt('env', 'show')).stdout)).toMatchObject({ Enclaves: 1, CPUsLeft: [1, 3, 4] })

  const twice = await home.nitro('run-enclave', '--config', config)
  expect(twice.stderr).toMatch(/E_CID_TAKEN[\s\S]*\[ E33 \]/)
  const args = ['run-enclave', '--eif-path', eif, '--memory', '64']
  const busy = await home.nitro(...args, '--cpu-ids', '2')
  expect(busy.stderr).toMatch(/E_CPU_LIST: vCPU 2 [\s\S]*\[ E21 \]/)
  const named = await home.nitro(...args, '--cpu-count', '1', '--enclave-name', 'mine')
  expect(named.stderr).toMatch(/E_ENCLAVE_NAME[\s\S]*\[ E58 \]/)
  const small = await home.nitro('run-enclave', '--eif-path', eif, '--memory', '63', '--cpu-count', '1')
  expect(small.stderr).toContain(
    'User provided `memory` is 63 MB, but based on the EIF file size, the minimum memory should be 64 MB',
  )
  const silent = await home.nitro('console', '--enclave-name', 'mine')
  expect(silent).toMatchObject({ status: 1, stdout: '' })
  expect(silent.stderr).toContain('[ E44 ] Enclave console connection failure.')

  const ended = await home.nitro('terminate-enclave', '--enclave-name', 'mine')
  const { EnclaveID } = read(ran.stdout)
  expect(ended).toEqual({
    status: 0,
    stdout: `${JSON.stringify({ EnclaveName: 'mine', EnclaveID, Terminated: true }, null, 2)}\n`,
    stderr: `Successfully terminated enclave ${EnclaveID}.\n`,
  })
  expect((await home.nitro('describe-enclaves')).stdout).toBe('[]\n')
  const unknown = await home.nitro('terminate-enclave', '--enclave-id', String(EnclaveID))
  expect(unknown.stderr).toContain('[ E39 ] Enclave process connection failure.')
  expect(existsSync(join(home.runtime, '0'))).toBe(false)
})

test('--attach-console follows the console from its beginning', async () => {
  const args = ['run-enclave', '--eif-path', eif, '--memory', '64', '--cpu-count', '1', '--attach-console']
  expect(await home.follow('nitro-cli', args, 'echo listens')).toContain('echo listens on port 5000')
  await home.nitro('terminate-enclave', '--all')
})
