/**
 * The protocol between later commands and an enclave's keeper: one JSON line each way, over a Unix socket
 * in the enclave's private directory; after `console`, the console's output follows.
 */

import { connect, type Socket } from 'node:net'
import { EnclaveError } from '../base/error.ts'
import type { ErrorCode } from '../base/error-code.ts'
import { readLine } from '../node/read-line.ts'
import { SocketServer } from './socket-server.ts'

/** A request. */
export type ControlRequest = { ask: 'stop' | 'console' }

/** The answer. */
export type ControlReply = { ok: true; end?: string } | { ok: false; code: string; message: string }

/** Answers one request; the connection may stay open for a longer answer. */
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
 * Sends a request to the keeper at `path`, and returns the connection for what follows the answer.
 * @throws {EnclaveError} E_KEEPER_GONE without an answer, or without one within `patience` milliseconds; the keeper's own
 *   error.
 */
export async function ask(
  path: string,
  request: ControlRequest,
  patience?: number,
): Promise<{ socket: Socket; end: string | undefined }> {
  const socket = connect({ path })
  // If the connection breaks, the answer is missing, which is handled below.
  socket.on('error', () => socket.destroy())
  socket.write(`${JSON.stringify(request)}\n`)
  const timer = patience === undefined ? undefined : setTimeout(() => socket.destroy(), patience)
  try {
    const line = await readLine(socket, MAX_LINE)
    const answer = line === undefined ? undefined : (JSON.parse(line) as ControlReply)
    if (answer?.ok) return { socket, end: answer.end }
    socket.destroy()
    if (answer) throw new KeeperError(answer.code, answer.message)
    throw new EnclaveError('E_KEEPER_GONE', {
      what: 'the keeper of the enclave does not answer',
      hint: 'it has exited or hangs; run qt enclave query to list the enclaves',
    })
  } finally {
    clearTimeout(timer)
  }
}

/** An error that the keeper reported, with its own message. */
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
  throw new EnclaveError('E_KEEPER_REQUEST', { what: 'unknown request to the keeper' })
}
