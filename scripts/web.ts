/** `npm run web`: builds what is missing, builds the page, and serves it on loopback until Ctrl-C. */
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const USAGE = `usage: npm run web -- [--port PORT]

  --port PORT  the port on 127.0.0.1, 0 for any that is free (default 8088)
`
const root = fileURLToPath(new URL('..', import.meta.url))

function readPort(): number {
  const { values } = parseArgs({ options: { port: { type: 'string', default: '8088' } } })
  const port = Number(values.port)
  if (/^\d{1,5}$/.test(values.port) && port <= 65535) return port
  throw new RangeError(`--port takes a number from 0 to 65535, not ${JSON.stringify(values.port)}`)
}

/** Rejects if the port is taken: before the page is built, which takes seconds. */
async function assertFree(port: number): Promise<void> {
  const server = createServer().listen(port, '127.0.0.1')
  await once(server, 'listening')
  server.close()
  await once(server, 'close')
}

async function main(): Promise<void> {
  const port = readPort()
  await assertFree(port)
  execFileSync(process.execPath, [`${root}/scripts/build.ts`], { stdio: ['ignore', 'inherit', 'inherit'] })
  // Imported only now, because the page's build measures the echo image, which needs the artefacts just built.
  const { buildSite } = await import('../web/site/build.ts')
  const { serveFolder } = await import('../web/site/serve.ts')
  const folder = `${root}/dist/web`
  await buildSite(folder)
  const server = await serveFolder({ root: folder, port })
  console.log(`webclave runs on ${server.url}  (Ctrl-C ends it)`)
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void server.close())
}

main().catch((error: NodeJS.ErrnoException) => {
  const taken = error.code === 'EADDRINUSE'
  const misused = taken || error instanceof RangeError || error.code?.startsWith('ERR_PARSE_ARGS')
  console.error(taken ? 'that port is taken: choose another' : error.message)
  if (misused) console.error(`\n${USAGE}`)
  process.exitCode = 1
})
