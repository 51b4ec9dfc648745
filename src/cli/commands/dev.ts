/** `qt enclave dev`: builds and starts an application, again after every change, and prints how PCR0 changed. */

import { watch } from 'node:fs'
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { EnclaveError } from '../../base/error.ts'
import { pcrHex } from '../../base/pcrs.ts'
import { buildImage } from '../../image/index.ts'
import { openConsole, stopEnclave } from '../../keeper/client.ts'
import { findEnclave } from '../../keeper/enclaves.ts'
import type { Command, OptionValues } from '../core/command.ts'
import { startQuietly } from '../core/start-quietly.ts'
import { printError, printNote, printProgress, printText } from '../output/output.ts'
import { start } from './start.ts'

/** Milliseconds without further changes before a build: editors write a file several times. */
const QUIET = 60

export const dev: Command = {
  name: 'enclave dev',
  summary: 'build and start an application, again after every change, until Ctrl-C',
  example: 'qt enclave dev guests/echo',
  operands: ['APP'],
  options: { cpus: start.options['cpus']!, mem: start.options['mem']!, cid: start.options['cid']! },
  async run(options) {
    const [app] = options.operands as [string]
    const folder = await mkdtemp(join(tmpdir(), 'qt-dev-'))
    const development = new Development(app, join(folder, 'app.eif'), options)
    try {
      for await (const _ of changes(app)) await development.renew()
    } finally {
      await development.stop()
      await rm(folder, { recursive: true })
    }
    return 0
  },
}

/** One application under development, and the enclave that runs its latest successful build. */
class Development {
  readonly #app: string
  readonly #eif: string
  readonly #options: OptionValues
  #pcr0: string | undefined
  #id: number | undefined

  constructor(app: string, eif: string, options: OptionValues) {
    this.#app = app
    this.#eif = eif
    this.#options = options
  }

  /** Rebuilds the application and, if its PCR0 changed, replaces the running enclave. */
  async renew(): Promise<void> {
    try {
      printProgress('building')
      const { eif, pcrs, warnings } = await buildImage({ app: { path: this.#app } })
      for (const warning of warnings) printNote(warning)
      const pcr0 = pcrHex(pcrs, 0)
      if (pcr0 === this.#pcr0) return printNote(`PCR0 ${short(pcr0)} is unchanged; the enclave keeps running`)
      printNote(this.#pcr0 === undefined ? `PCR0 ${pcr0}` : `PCR0 ${short(this.#pcr0)} is now ${pcr0}`)
      printProgress('starting')
      await writeFile(this.#eif, eif)
      await this.stop()
      this.#id = await startQuietly([`--eif=${this.#eif}`, '--debug-mode', ...this.#words()])
      this.#pcr0 = pcr0
      await this.#follow(this.#id)
    } catch (error) {
      // The next change may fix it.
      if (!(error instanceof EnclaveError)) throw error
      printError(error)
    }
  }

  async stop(): Promise<void> {
    const id = this.#id
    this.#id = undefined
    if (id === undefined) return
    try {
      await stopEnclave(findEnclave((enclave) => enclave.id === id, String(id)))
    } catch (error) {
      if (!(error instanceof EnclaveError) || error.code !== 'E_ENCLAVE_UNKNOWN') throw error
    }
  }

  async #follow(id: number): Promise<void> {
    const enclave = findEnclave((each) => each.id === id, String(id))
    printNote(`enclave ${id} is running, CID ${enclave.cid}`)
    const stream = await openConsole(enclave)
    stream.setEncoding('utf8').on('data', printText)
    stream.once('close', () => {
      if (this.#id === id) printNote(`enclave ${id} has ended; the next change starts it again`)
    })
  }

  #words(): string[] {
    return ['cpus', 'mem', 'cid'].flatMap((name) => {
      const value = this.#options.text(name)
      return value === undefined ? [] : [`--${name}=${value}`]
    })
  }
}

const short = (pcr: string) => `${pcr.slice(0, 16)}…`

/** Yields once at the start, then after each change in the application's folder; ends on Ctrl-C. */
async function* changes(app: string): AsyncGenerator<void> {
  const folder = (await stat(app).catch(() => undefined))?.isDirectory() ? app : dirname(app)
  const stop = new AbortController()
  let wake = () => {}
  let changed = true
  const end = () => stop.abort()
  process.once('SIGINT', end).once('SIGTERM', end)
  const note = () => {
    changed = true
    wake()
  }
  stop.signal.addEventListener('abort', note)
  const watcher = watch(folder, { recursive: true }, note)
  try {
    while (!stop.signal.aborted) {
      while (changed && !stop.signal.aborted) {
        changed = false
        await new Promise((resolve) => setTimeout(resolve, QUIET))
      }
      if (stop.signal.aborted) return
      yield
      if (!changed) await new Promise<void>((resolve) => (wake = resolve))
    }
  } finally {
    watcher.close()
    process.off('SIGINT', end).off('SIGTERM', end)
  }
}
