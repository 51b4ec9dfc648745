/** A collector of OpenTelemetry (OTLP as JSON over HTTP) on loopback, for the signer of the examples. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Project } from './project.ts'

const CALLS = 8

/** An answer of the signer. */
export interface Answer {
  readonly signature: string
  readonly publicKey: string
}

interface Traces {
  readonly resourceSpans: readonly { scopeSpans: readonly { spans: readonly { name: string }[] }[] }[]
}
interface Metrics {
  readonly resourceMetrics: readonly { scopeMetrics: readonly { metrics: readonly { name: string }[] }[] }[]
}

export class Collector implements AsyncDisposable {
  /** The names of spans and metrics that have arrived. */
  readonly traces: string[] = []
  readonly metrics: string[] = []
  /** All that has arrived. */
  text = ''
  readonly #server: Server

  constructor() {
    this.#server = createServer(async (request, response) => {
      const chunks: Buffer[] = []
      for await (const chunk of request) chunks.push(chunk as Buffer)
      const body = Buffer.concat(chunks).toString()
      this.text += body
      this.#read(JSON.parse(body))
      response.setHeader('content-type', 'application/json').end('{}')
    })
  }

  #read(body: Partial<Traces & Metrics>): void {
    for (const { scopeSpans } of body.resourceSpans ?? [])
      for (const { spans } of scopeSpans) this.traces.push(...spans.map(({ name }) => name))
    for (const { scopeMetrics } of body.resourceMetrics ?? [])
      for (const { metrics } of scopeMetrics) this.metrics.push(...metrics.map(({ name }) => name))
  }

  async open(): Promise<this> {
    this.#server.listen(0, '127.0.0.1')
    await once(this.#server, 'listening')
    return this
  }

  /** Runs the service, has it sign `message` several times at once, and stops it, so that it sends all it has. */
  async whileRunning(project: Project, message: string): Promise<Answer[]> {
    const { port } = this.#server.address() as AddressInfo
    const child = spawn(process.execPath, ['index.ts'], {
      cwd: project.folder('2-signer'),
      env: { ...process.env, PORT: '0', OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}` },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const exited = once(child, 'exit')
    const [url] = await Promise.race([once(child.stdout, 'data'), exited])
    const sign = async () => {
      const headers = { 'content-type': 'application/json' }
      const body = JSON.stringify({ message })
      const response = await fetch(`${String(url).trim()}/sign`, { method: 'POST', headers, body })
      return (await response.json()) as Answer
    }
    const answers = await Promise.all(Array.from({ length: CALLS }, sign))
    child.kill('SIGTERM')
    const [status] = await exited
    if (status !== 0) throw new Error(`the service ended with status ${status}`)
    return answers
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close()
    this.#server.closeAllConnections()
  }
}

/** Opens a collector. */
export const collect = (): Promise<Collector> => new Collector().open()
