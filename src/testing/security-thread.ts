/**
 * The security module of test enclaves, in a thread of its own: it signs asynchronously, and an application waits for its
 * answer synchronously, as in an enclave.
 */
import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from 'node:worker_threads'
import type { Bytes } from '../base/bytes.ts'
import type { Pcrs } from '../base/pcrs.ts'
import type { ProfileName } from '../base/profile.ts'

/** What the thread is asked: to answer a request of an enclave, to begin another enclave, or for the root. */
export type SecurityMessage =
  | Bytes
  | { readonly profile: ProfileName; readonly pcrs: Pcrs; readonly seed: string | undefined }
  | 'root'

/** What the thread answers: the security module's bytes, or a text; or what went wrong. */
export type SecurityAnswer = { readonly answer: unknown } | { readonly error: unknown }

/** Milliseconds after which the thread has failed: it answers in a few, but its start on a busy machine takes seconds. */
const TIMEOUT = 60_000

/** The thread, which is started with the first message and does not keep the process alive. */
export class SecurityThread {
  readonly #isAnswered = new Int32Array(new SharedArrayBuffer(4))
  #port: MessagePort | undefined

  /** The response to `message`. @throws what the thread could not do. */
  ask<Answer>(message: SecurityMessage): Answer {
    this.#port ??= this.#start()
    Atomics.store(this.#isAnswered, 0, 0)
    this.#port.postMessage(message)
    if (Atomics.wait(this.#isAnswered, 0, 0, TIMEOUT) === 'timed-out')
      throw new Error('the thread of the security module does not answer')
    const response: SecurityAnswer = receiveMessageOnPort(this.#port)!.message
    if ('error' in response) throw response.error
    return response.answer as Answer
  }

  #start(): MessagePort {
    const { port1, port2 } = new MessageChannel()
    const worker = new Worker(new URL('../../dist/testing/security-main.js', import.meta.url), {
      workerData: { port: port2, isAnswered: this.#isAnswered },
      transferList: [port2],
      // The flags of a test runner need not suit a thread.
      execArgv: [],
    })
    worker.unref()
    port1.unref()
    return port1
  }
}
