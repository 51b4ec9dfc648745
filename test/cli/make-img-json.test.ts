/** The JSON that `qt enclave make-img` prints. */
import { describe, expect, it } from 'vitest'
import { qt } from '../support/qt.ts'
import { ApplicationFolder } from './make-img-folder.ts'

const home = new ApplicationFolder()
const hex96 = expect.stringMatching(/^[0-9a-f]{96}$/)

describe('standard output is exactly the JSON of the real tool:', () => {
  it('of qt, for signed and unsigned images', async () => {
    const plain = await home.make()
    expect(JSON.parse(plain.stdout)).toEqual({ digest: 'SHA384', PCR0: hex96, PCR8: '0'.repeat(96) })
    const signed = await home.make(...home.signing('one.key', 'one.crt'))
    expect(Object.keys(JSON.parse(signed.stdout))).toEqual(['digest', 'PCR0', 'PCR8'])
    expect(JSON.parse(signed.stdout).PCR8).not.toBe('0'.repeat(96))
    expect(JSON.parse(signed.stdout).PCR0).toBe(JSON.parse(plain.stdout).PCR0)
  })

  it('of nitro-cli, which has PCR8 only for a signed image', async () => {
    const measurements = { HashAlgorithm: 'Sha384 { ... }', PCR0: hex96, PCR1: hex96, PCR2: hex96 }
    const plain = await home.make('--profile', 'nitro')
    expect(JSON.parse(plain.stdout)).toEqual({ Measurements: measurements })
    expect(Object.keys(JSON.parse(plain.stdout).Measurements)).toEqual(Object.keys(measurements))
    const signed = await home.make('--profile', 'nitro', ...home.signing('one.key', 'one.crt'))
    expect(JSON.parse(signed.stdout)).toEqual({ Measurements: { ...measurements, PCR8: hex96 } })
  })

  it('even with --check-reproducible, which reports on standard error', async () => {
    const { status, stdout, stderr } = await home.make(
      '--check-reproducible',
      ...home.signing('one.key', 'one.crt'),
    )
    expect(status).toBe(0)
    expect(Object.keys(JSON.parse(stdout))).toHaveLength(3)
    expect(stderr).toContain('gives the same bytes')
  })

  it('of a process, with errors on standard error and an exit status', async () => {
    const good = await qt(['enclave', 'make-img', '--app', home.app, '--eif', home.eif])
    expect(good).toMatchObject({ status: 0, stderr: '' })
    expect(JSON.parse(good.stdout)).toMatchObject({ digest: 'SHA384' })
    const wrong = await qt(['enclave', 'make-img', '--app', home.at('nowhere'), '--eif', home.eif])
    expect(wrong).toMatchObject({ status: 1, stdout: '' })
    expect(wrong.stderr).toContain('E_APP_NOT_FOUND: ')
  })
})
