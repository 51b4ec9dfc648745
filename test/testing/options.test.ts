/** Options that a test enclave cannot have are refused at once, and the enclave before stays. */
import { afterAll, expect, it } from 'vitest'
import { sdk, testEnclave } from './modules.ts'

afterAll(() => testEnclave.reset())

it.each<[string, unknown, string]>([
  ['a CID that is reserved', { cid: 3 }, 'E_CID_RANGE'],
  ['a CID that is not an integer', { cid: 'x' }, 'E_CID_RANGE'],
  ['an unknown profile', { profile: 'other' }, 'E_PARENT_OPTION'],
  ['PCRs in an object', { pcrs: { 0: new Uint8Array(48) } }, 'E_PCR_VALUE'],
  ['a PCR that the application extends', { pcrs: new Map([[16, new Uint8Array(48)]]) }, 'E_PCR_INDEX'],
  ['a PCR of another length', { pcrs: new Map([[0, new Uint8Array(47)]]) }, 'E_PCR_VALUE'],
  ['a PCR in hexadecimal digits', { pcrs: new Map([[0, '05'.repeat(48)]]) }, 'E_PCR_VALUE'],
  ['no options but null', null, 'E_PARENT_OPTION'],
  ['a number', 5, 'E_PARENT_OPTION'],
  ['a list', [], 'E_PARENT_OPTION'],
  ['an option with a typing error', { arguments: ['a'] }, 'E_PARENT_OPTION'],
  ['an option of an enclave', { memoryMiB: 64 }, 'E_PARENT_OPTION'],
  ['arguments in one string', { args: '--verbose' }, 'E_PARENT_OPTION'],
  ['an argument that is a number', { args: ['a', 1] }, 'E_PARENT_OPTION'],
  ['no arguments but null', { args: null }, 'E_PARENT_OPTION'],
  ['an environment in a list', { env: ['A=1'] }, 'E_PARENT_OPTION'],
  ['a variable that is a number', { env: { A: 1 } }, 'E_PARENT_OPTION'],
  ['a variable that is undefined', { env: { A: undefined } }, 'E_PARENT_OPTION'],
  ['no files but null', { files: null }, 'E_PARENT_OPTION'],
  ['a seed that is a number', { seed: 1 }, 'E_PARENT_OPTION'],
  ['a file that is a string', { files: { 'a.txt': 'text' } }, 'E_PARENT_OPTION'],
])('%s', (_, options, code) => {
  testEnclave.reset({ cid: 20 })
  expect(() => testEnclave.reset(options as object)).toThrow(expect.objectContaining({ code }))
  expect(sdk.vsock.localCid()).toBe(20)
})

it('options that are undefined have their defaults', () => {
  testEnclave.reset({ cid: undefined, pcrs: undefined, args: undefined } as never)
  expect([testEnclave.cid, sdk.args()]).toEqual([16, []])
  expect(sdk.qtsm.describePcr(0).value).toEqual(new Uint8Array(48))
})

it('an error names the option, what was expected and what was given', () => {
  const refused = (options: unknown) => {
    try {
      testEnclave.reset(options as object)
    } catch (error) {
      return String(error)
    }
    return 'nothing'
  }
  expect(refused({ argv: [] })).toContain(
    'expected cid, profile, pcrs, args, env, files, roots, seed; got argv',
  )
  expect(refused({ files: { 'a.txt': 'a secret' } })).toBe(
    'EnclaveError: E_PARENT_OPTION: the content of the file "a.txt" is not bytes; expected a Uint8Array; got string',
  )
  expect(refused(null)).toContain('got null')
})

const NOT_AN_OBJECT = [null, 5, 'signal', []]

it.each(NOT_AN_OBJECT)('connect and listen refuse %j as options', async (options) => {
  const refused = expect.objectContaining({ name: 'EnclaveError', code: 'E_PARENT_OPTION' })
  await expect(testEnclave.connect(5000, options as object)).rejects.toEqual(refused)
  expect(() => testEnclave.listen(5000, () => {}, options as object)).toThrow(refused)
})

it('connect and listen refuse an invalid signal, and listen an invalid handler', async () => {
  const refused = expect.objectContaining({ name: 'EnclaveError', code: 'E_PARENT_OPTION' })
  for (const signal of [null, 5, {}, new AbortController()]) {
    await expect(testEnclave.connect(5000, { signal } as object)).rejects.toEqual(refused)
    expect(() => testEnclave.listen(5000, () => {}, { signal } as object)).toThrow(refused)
  }
  for (const handler of [undefined, null, 5, {}])
    expect(() => testEnclave.listen(5000, handler as never)).toThrow(refused)
  // None of these listens.
  testEnclave.listen(5000, () => {}).close()
})
