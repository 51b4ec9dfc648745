/**
 * What the commands of a later shell ask an enclave's keeper: one line of JSON there, one line back, over a Unix socket
 * in the enclave's private directory; after `console`, the console's text for as long as there is any.
 */

import { connect, type Socket } from 'node:net'
import { EnclaveError } from '../base/error.ts'
import type { ErrorCode } from '../base/error-code.ts'
import { readLine } from './read-line.ts'
import { SocketServer } from './socket-server.ts'

/** What can be asked. */
export type ControlRequest = { ask: 'stop' } | { ask: 'console' }

/** The answer. */
export type ControlReply = { ok: true; end?: string } | { ok: false; code: string; message: string }

/** Answers one request; the connection stays open where the answer goes on. */
export type ControlHandler = (request: ControlRequest, socket: Socket) => Promise<void>

const MAX_LINE = 4096

/** Serves requests at `path`. @throws {EnclaveError} E_STATE_FILE */
export function serveControl(path: string, handle: ControlHandler): Promise<SocketServer> {
  return SocketServer.listen(path, async (socket) => {
    const line = await readLine(socket, MAX_LINE)
    try {
      await handle(parseRequest(line), socket)
    } catch (error) {
      const { code, message } = error as EnclaveError
      reply(socket, { ok: false, code, message })
      socket.end()
    }
  })
}

/** Sends an answer. */
export function reply(socket: Socket, answer: ControlReply): void {
  socket.write(`${JSON.stringify(answer)}\n`)
}

/**
 * Asks the keeper at `path`, and gives the connection for what follows the answer.
 * @throws {EnclaveError} E_KEEPER_GONE where nobody answers within `patience` milliseconds; the keeper's own error.
 */
export async function ask(
  path: string,
  request: ControlRequest,
  patience: number,
): Promise<{ socket: Socket; end: string | undefined }> {
  const socket = connect({ path })
  // Where it breaks, the answer is missing.
  socket.on('error', () => socket.destroy())
  socket.write(`${JSON.stringify(request)}\n`)
  const timer = setTimeout(() => socket.destroy(), patience)
  try {
    const line = await readLine(socket, MAX_LINE)
    const answer = line === undefined ? undefined : (JSON.parse(line) as ControlReply)
    if (answer?.ok) return { socket, end: answer.end }
    socket.destroy()
    if (answer) throw new KeeperError(answer.code, answer.message)
    throw new EnclaveError('E_KEEPER_GONE', {
      what: 'the process that keeps the enclave does not answer',
      hint: 'it has ended, or is stuck: qt enclave query says which enclaves there are',
    })
  } finally {
    clearTimeout(timer)
  }
}

/** An error that the keeper told: its words as they are. */
class KeeperError extends EnclaveError {
  constructor(code: string, message: string) {
    super(code as ErrorCode, {
      what: message.startsWith(`${code}: `) ? message.slice(code.length + 2) : message,
    })
  }
}

function parseRequest(line: string | undefined): ControlRequest {
  const request: unknown = JSON.parse(line ?? 'null')
  if (typeof request === 'object' && request !== null && 'ask' in request) {
    const { ask: wanted } = request
    if (wanted === 'stop' || wanted === 'console') return { ask: wanted }
  }
  throw new EnclaveError('E_KEEPER_REQUEST', { what: 'the keeper knows no such request' })
}
