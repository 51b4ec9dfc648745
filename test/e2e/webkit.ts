/**
 * WebKitGTK by its WebDriver (W3C WebDriver, section 8), on a virtual screen: Debian's webkit2gtk-driver and xvfb.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { installed, isProgram, programOf } from './debian.ts'

const LIBRARIES = '/usr/lib'

/** The programs that are needed; undefined if they are not there and cannot be installed. */
interface Programs {
  readonly driver: string
  readonly browser: string
  readonly screen: string
}

function find(): Programs | undefined {
  const driver = programOf(['WebKitWebDriver'])
  const screen = programOf(['Xvfb'])
  const browser = miniBrowser()
  return driver && screen && browser ? { driver, screen, browser } : undefined
}

function miniBrowser(): string | undefined {
  const folders = readdirSync(LIBRARIES, { withFileTypes: true }).filter((entry) => entry.isDirectory())
  return folders
    .map(({ name }) => join(LIBRARIES, name, 'webkit2gtk-4.1/MiniBrowser'))
    .find((path) => isProgram(path))
}

export function findWebKit(): Programs | undefined {
  return find() ?? (installed('webkit2gtk-driver', 'xvfb') ? find() : undefined)
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return port
}

/** One page in WebKit. */
export class WebKit implements AsyncDisposable {
  readonly #url: string
  readonly #processes: readonly ChildProcess[]

  private constructor(url: string, processes: readonly ChildProcess[]) {
    this.#url = url
    this.#processes = processes
  }

  static async open({ driver, browser, screen }: Programs): Promise<WebKit> {
    const port = await freePort()
    const display = `:${100 + (port % 800)}`
    const server = spawn(screen, [display, '-screen', '0', '1280x900x24'], { stdio: 'ignore' })
    const env = {
      ...process.env,
      DISPLAY: display,
      // Its own sandbox needs privileges that a container does not have.
      WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: '1',
      LIBGL_ALWAYS_SOFTWARE: '1',
    }
    const program = spawn(driver, [`--port=${port}`], { stdio: 'ignore', env })
    const root = `http://127.0.0.1:${port}`
    const options = { binary: browser, args: ['--automation'] }
    const body = { capabilities: { alwaysMatch: { 'webkitgtk:browserOptions': options } } }
    for (;;) {
      // The screen and the driver need a moment to start.
      const session = await send('POST', `${root}/session`, body).catch(() => undefined)
      if (session)
        return new WebKit(`${root}/session/${(session as { sessionId: string }).sessionId}`, [
          program,
          server,
        ])
      if (program.exitCode !== null) throw new Error(`WebKitWebDriver has ended: ${program.exitCode}`)
      await new Promise((resolve) => setTimeout(resolve, 200))
    }
  }

  /** Resolves once the page of `url` is loaded: the driver may take the end of the empty first page for it. */
  async goto(url: string): Promise<void> {
    await send('POST', `${this.#url}/url`, { url })
    const isLoaded = `return document.readyState === 'complete' && location.href !== 'about:blank'`
    while (!(await this.run(isLoaded))) await new Promise((resolve) => setTimeout(resolve, 50))
  }

  /** The result of `script`, the body of a function. */
  run<Result>(script: string): Promise<Result> {
    return send('POST', `${this.#url}/execute/sync`, { script, args: [] }) as Promise<Result>
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await send('DELETE', this.#url).catch(() => {})
    for (const child of this.#processes) child.kill()
  }
}

async function send(method: string, url: string, body?: object): Promise<unknown> {
  const response = await fetch(url, { method, ...(body && { body: JSON.stringify(body) }) })
  const { value } = (await response.json()) as { value: { error?: string; message?: string } | null }
  if (response.ok) return value
  throw new Error(`${value?.error}: ${value?.message}`)
}
