/**
 * One HTTP/1.1 request over vsock (RFC 9112), to a KMS at the parent instance or to a proxy. The answer is under the
 * parent's control, hostile: every length is bounded before bytes are awaited, and so is the time.
 */
import type { Bytes } from '../../base/bytes.ts'
import { EnclaveError } from '../../base/error.ts'
import { HttpError } from '../../http1/error.ts'
import type { HttpLimits } from '../../http1/headers.ts'
import { Input } from '../../http1/input.ts'
import { type HttpResponse, readResponse } from '../../http1/reader.ts'
import { writeMessage } from '../../http1/writer.ts'
import { connect, type Socket } from '../vsock.ts'

const LIMITS: HttpLimits = {
  headBytes: 16 * 1024,
  headers: 64,
  bodyBytes: 1 << 20,
  single: ['content-length', 'content-type', 'content-digest'],
}

/** A request. */
export interface Question {
  readonly method: 'GET' | 'POST'
  /** The path as sent, without a query. */
  readonly path: string
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Bytes
}

/**
 * Sends a request over a new connection to `port` of the parent instance, with a timeout in milliseconds.
 * @throws {EnclaveError} E_KMS_OPTIONS if the request cannot be written, E_KMS_CONNECTION without a complete
 *   answer, E_KMS_ANSWER if it is not HTTP.
 */
export async function ask(port: number, question: Question, timeout: number): Promise<HttpResponse> {
  const message = writeQuestion(question)
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(noAnswer(`no answer within ${timeout} ms`)), timeout)
  })
  const socket = openSocket(port)
  try {
    return await Promise.race([exchange(await Promise.race([socket, late]), message), late])
  } finally {
    clearTimeout(timer)
    // A connection that is established too late is closed, too.
    void socket.then((open) => open.close()).catch(() => {})
  }
}

function writeQuestion({ method, path, headers, body }: Question): Bytes {
  try {
    const all = Object.entries({ ...headers, connection: 'close' })
    return writeMessage(`${method} ${path} HTTP/1.1`, all, body)
  } catch (cause) {
    throw new EnclaveError('E_KMS_OPTIONS', {
      what: 'the host, the access key or its session token is invalid',
      expected: 'ASCII without control characters',
      cause,
    })
  }
}

async function openSocket(port: number): Promise<Socket> {
  try {
    return await connect(port)
  } catch (cause) {
    const { code = 'an error' } = cause as { code?: string }
    throw new EnclaveError('E_KMS_CONNECTION', {
      what: `cannot connect to a KMS on port ${port} of the parent instance`,
      got: code,
      hint:
        code === 'reset'
          ? 'a proxy there closes it at once if "destinations" of the image’s manifest does not list where it leads'
          : 'start a KMS there (serveKms), or a proxy to one (openProxy)',
      cause,
    })
  }
}

async function exchange(socket: Socket, message: Bytes): Promise<HttpResponse> {
  try {
    await socket.write(message)
    const answer = await readResponse(new Input(() => socket.read()), LIMITS)
    if (answer !== undefined) return answer
  } catch (cause) {
    if (!(cause instanceof HttpError)) throw noAnswer((cause as { code?: string }).code ?? 'an error', cause)
    if (cause.fault === 'ended') throw noAnswer(cause.message, cause)
    throw new EnclaveError('E_KMS_ANSWER', { what: `the answer is malformed: ${cause.message}`, cause })
  }
  throw noAnswer('the connection was closed before the answer')
}

function noAnswer(got: string, cause?: unknown): EnclaveError {
  return new EnclaveError('E_KMS_CONNECTION', { what: 'the KMS did not answer', got, cause })
}
