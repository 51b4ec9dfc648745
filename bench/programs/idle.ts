/**
 * Prints the resident memory in KiB of one idle enclave, or of one idle Worker: of each of eight that are started after a
 * first one, whose start loads what all share. `node --expose-gc bench/programs/idle.ts enclave|worker`
 */
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { buildImage } from '../../src/image/index.ts'
import { createParent } from '../../src/parent/index.ts'
import { collectGarbage } from '../harness.ts'

const COUNT = 8
/** Milliseconds until V8 has compiled and collected what it does in the background. */
const SETTLING = 1000
const IDLE = 'require("node:worker_threads").parentPort.on("message", () => {}).postMessage(0)'

async function startWorker(): Promise<void> {
  const worker = new Worker(IDLE, { eval: true })
  await new Promise((resolve) => worker.once('message', resolve))
}

async function enclaveStarter(): Promise<() => Promise<unknown>> {
  const path = fileURLToPath(new URL('../guests/echo-bytes.ts', import.meta.url))
  const { eif } = await buildImage({ app: { path } })
  const parent = await createParent({ vcpus: COUNT + 1, memoryMiB: 64 * (COUNT + 1) })
  return () => parent.start(eif, { vcpus: 1, memoryMiB: 64 })
}

async function residentKiB(): Promise<number> {
  await new Promise((resolve) => setTimeout(resolve, SETTLING))
  collectGarbage()
  return process.memoryUsage.rss() / 1024
}

const start = process.argv[2] === 'enclave' ? await enclaveStarter() : startWorker
await start()
const before = await residentKiB()
for (let count = 0; count < COUNT; count++) await start()
console.log(Math.round(((await residentKiB()) - before) / COUNT))
process.exit(0)
