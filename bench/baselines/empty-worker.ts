/** The least that a Worker can do: it sends one message. */
import { Worker } from 'node:worker_threads'

const EMPTY = 'require("node:worker_threads").parentPort.postMessage(0)'

/** Starts one and waits for its message. Its end is not part of a start. */
export async function emptyWorker(): Promise<void> {
  const worker = new Worker(EMPTY, { eval: true })
  await new Promise((resolve) => worker.once('message', resolve))
  void worker.terminate()
}
