/** A folder with an application, files for its image, and two signers, for the tests of `qt enclave make-img`. */
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach } from 'vitest'
import { makeImg } from '../../src/cli/commands/make-img.ts'
import { testSigner } from '../image/signer.ts'
import { type CommandOutcome, runCommand } from './in-process.ts'

/** Creates the folder before the tests of a file and removes it after them. The image is removed before each test. */
export class ApplicationFolder {
  path = ''

  constructor() {
    beforeAll(async () => {
      this.path = await mkdtemp(join(tmpdir(), 'webclave-make-img-'))
      await mkdir(this.at('app/data'), { recursive: true })
      await mkdir(this.at('out'))
      await writeFile(this.at('app/index.ts'), 'console.log("hello")')
      await writeFile(this.at('app/data/motd'), 'welcome')
      await writeFile(this.at('secret'), 'nobody may know')
      await symlink(this.at('secret'), this.at('app/data/link'))
      await writeFile(this.at('manifest.json'), '{"memoryMiB": 96, "debug": false}')
      for (const name of ['one', 'two']) {
        const { privateKeyPem, certificatePem } = testSigner('secp384r1', name)
        await writeFile(this.at(`${name}.key`), privateKeyPem)
        await writeFile(this.at(`${name}.crt`), certificatePem)
      }
    })
    afterAll(() => rm(this.path, { recursive: true }))
    beforeEach(() => rm(this.eif, { force: true }))
  }

  at(name: string): string {
    return join(this.path, name)
  }

  get app(): string {
    return this.at('app')
  }

  get eif(): string {
    return this.at('out/app.eif')
  }

  make(...args: string[]): Promise<CommandOutcome> {
    return runCommand(makeImg, ['--app', this.app, '--eif', this.eif, ...args])
  }

  signing(key: string, certificate: string): string[] {
    return ['--private-key', this.at(key), '--signing-certificate', this.at(certificate)]
  }
}
