/**
 * The enclave that wants the secret: it asks the parent, which names nobody, but connects it with an enclave that has the
 * secret, or says that there is none. Then this enclave creates it, which the parent can bring about at will: who has the
 * secret then is a group of its own.
 */
import type { Bytes } from '../../base/bytes.ts'
import { EnclaveError } from '../../base/error.ts'
import { connect, VsockError } from '../vsock.ts'
import { Question, type Terms } from './exchange.ts'
import { type Line, timedOut, within } from './line.ts'

/** How to ask. */
export interface Asking {
  readonly terms: Terms
  /** The port of the parent. */
  readonly port: number
  /** Milliseconds for everything. */
  readonly timeout: number
  /** Makes the secret, of a valid length. */
  readonly create: () => Promise<Bytes>
}

/** Milliseconds before the next attempt, doubled with each. */
const PAUSE = 50
const LONGEST_PAUSE = 2000

/** Whether another attempt may succeed: nobody listens yet, or a member ended during the exchange. */
const isPassing = (error: unknown) =>
  error instanceof VsockError || (error instanceof EnclaveError && error.code === 'E_SHARED_FRAME')

/**
 * The secret, once the parent knows that this enclave has it. Until then it is not to be given to others.
 * @throws {EnclaveError} E_SHARED_ANSWER, E_SHARED_REFUSED, E_SHARED_TIMEOUT; what `create` throws.
 */
export async function ask(asking: Asking): Promise<Bytes> {
  const { port, timeout } = asking
  const end = performance.now() + timeout
  for (let pause = PAUSE; ; pause = Math.min(2 * pause, LONGEST_PAUSE)) {
    let failure: unknown
    try {
      const socket = await connect(port)
      return await within(end - performance.now(), socket, (line) => attempt(asking, line))
    } catch (error) {
      if (error instanceof CreationError) throw error.cause
      failure = error
    }
    if (!isPassing(failure)) throw failure
    if (performance.now() + pause >= end) throw timedOut(timeout, failure)
    await new Promise<void>((resolve) => setTimeout(resolve, pause))
  }
}

/** What the application's own function has thrown. */
class CreationError extends Error {}

async function attempt(asking: Asking, line: Line): Promise<Bytes> {
  const first = await line.receive('NONE', 'CHALLENGE')
  const secret = first.kind === 'NONE' ? await created(asking) : await given(asking.terms, line, first.body)
  await line.send('READY')
  // Without it, the secret is forgotten: another enclave may have been told to create one.
  await line.receive('NOTED')
  return secret
}

async function created({ create }: Asking): Promise<Bytes> {
  try {
    return await create()
  } catch (cause) {
    throw new CreationError('the secret could not be created', { cause })
  }
}

async function given(terms: Terms, line: Line, challenge: Bytes): Promise<Bytes> {
  const question = new Question(terms, challenge)
  try {
    await line.send('REQUEST', question.request)
    const { kind, body } = await line.receive('ANSWER', 'REFUSED')
    if (kind === 'ANSWER') return await question.open(body)
    throw new EnclaveError('E_SHARED_REFUSED', {
      what: 'the enclave that was asked has refused to share its secret',
      got: JSON.stringify(new TextDecoder().decode(body)),
      hint: 'nothing proves this text: it came through the parent',
    })
  } finally {
    question.forget()
  }
}
