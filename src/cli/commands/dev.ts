/** `qt enclave dev`: builds and starts an application, again after every change, and prints how the PCR0 of its image changed. */

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { EnclaveError } from '../../base/error.ts'
import { pcrHex } from '../../base/pcrs.ts'
import { type ApplicationInput, buildImage } from '../../image/index.ts'
import { stopEnclave } from '../../keeper/client.ts'
import { findEnclave, listEnclaves } from '../../keeper/enclaves.ts'
import type { Command, OptionValues } from '../core/command.ts'
import { endOf, openUnlessGone } from '../core/follow-console.ts'
import { startQuietly } from '../core/start-quietly.ts'
import { printError, printNote, printProgress, printText } from '../output/output.ts'
import { Changes } from './dev/changes.ts'
import { start } from './start.ts'

export const dev: Command = {
  name: 'enclave dev',
  summary: 'build and start an application, again after every change, until Ctrl-C',
  example: 'qt enclave dev .',
  operands: ['APP'],
  options: { cpus: start.options['cpus']!, mem: start.options['mem']!, cid: start.options['cid']! },
  async run(options) {
    const [app] = options.operands as [string]
    const changes = await Changes.of(app)
    const folder = await mkdtemp(join(tmpdir(), 'qt-dev-'))
    const development = new Development({ path: app, onRead: changes.also }, join(folder, 'app.eif'), options)
    try {
      for await (const _ of changes) await development.renew()
    } finally {
      await development.stop()
      await rm(folder, { recursive: true })
    }
    return 0
  },
}

/** One application under development, and the enclave that runs its latest successful build. */
class Development {
  readonly #app: ApplicationInput
  readonly #eif: string
  readonly #options: OptionValues
  #pcr0: string | undefined
  #id: number | undefined
  #isRunning = false

  constructor(app: ApplicationInput, eif: string, options: OptionValues) {
    this.#app = app
    this.#eif = eif
    this.#options = options
  }

  /** Rebuilds the application and, if its PCR0 changed, replaces the running enclave. */
  async renew(): Promise<void> {
    try {
      printProgress('building')
      const { eif, pcrs, warnings } = await buildImage({ app: this.#app })
      for (const warning of warnings) printNote(warning)
      const pcr0 = pcrHex(pcrs, 0)
      printNote(this.#compare(pcr0))
      if (pcr0 === this.#pcr0 && this.#isRunning) return
      printProgress('starting')
      await writeFile(this.#eif, eif)
      await this.stop()
      this.#id = await startQuietly([`--eif=${this.#eif}`, '--debug-mode', ...this.#words()])
      this.#pcr0 = pcr0
      this.#isRunning = true
      await this.#follow(this.#id)
    } catch (error) {
      // The next change may fix it.
      if (!(error instanceof EnclaveError)) throw error
      printError(error)
      printNote(`waiting for the next change${this.#isRunning ? `; enclave ${this.#id} keeps running` : ''}`)
    }
  }

  #compare(pcr0: string): string {
    if (this.#pcr0 === undefined) return `image PCR0 ${pcr0}`
    if (this.#pcr0 !== pcr0) return `image PCR0 ${short(this.#pcr0)} is now ${pcr0}`
    return `image PCR0 ${short(pcr0)} is unchanged${this.#isRunning ? '; the enclave keeps running' : ''}`
  }

  async stop(): Promise<void> {
    const id = this.#id
    this.#id = undefined
    this.#isRunning = false
    if (id === undefined) return
    try {
      await stopEnclave(findEnclave((enclave) => enclave.id === id, String(id)))
    } catch (error) {
      if (!(error instanceof EnclaveError) || error.code !== 'E_ENCLAVE_UNKNOWN') throw error
    }
  }

  /** Resolves once its console is shown, also if it has already ended. */
  async #follow(id: number): Promise<void> {
    const enclave = listEnclaves().find((each) => each.id === id)
    const stream = enclave && (await openUnlessGone(enclave))
    const report = () => {
      if (this.#id !== id) return
      this.#isRunning = false
      const [reason] = (endOf(({ record }) => record.id === id)?.end ?? 'its process is gone').split('\n')
      printNote(`enclave ${id} has ended: ${reason}; the next change starts it again`)
    }
    if (stream) {
      printNote(
        `enclave ${id} is running in debug mode, CID ${enclave.cid}: its documents have zeros as PCR0`,
      )
      stream.setEncoding('utf8').on('data', printText)
      stream.once('close', report)
      return
    }
    printText(endOf(({ record }) => record.id === id)?.console ?? '')
    report()
  }

  #words(): string[] {
    return ['cpus', 'mem', 'cid'].flatMap((name) => {
      const value = this.#options.text(name)
      return value === undefined ? [] : [`--${name}=${value}`]
    })
  }
}

const short = (pcr: string) => `${pcr.slice(0, 16)}…`
