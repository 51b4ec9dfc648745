/** The enclave that has the secret: it gives it to others that prove that they may have it, one exchange a connection. */
import type { Bytes } from '../../base/bytes.ts'
import { EnclaveError } from '../../base/error.ts'
import { CHALLENGE_LENGTH } from '../../shared/wire/frames.ts'
import { randomBytes } from '../qtsm.ts'
import { listen, type Socket } from '../vsock.ts'
import { answerTo, type Terms } from './exchange.ts'
import { type Line, within } from './line.ts'

/** Connections at a time; more are closed. Each costs at most a frame, and the time of a verification. */
const MAX_EXCHANGES = 16
/** Milliseconds that an exchange may take: then its challenge is worthless. */
const EXCHANGE_TIME = 30_000
/** Characters of a reason; the frame has room for three bytes each. */
const LONGEST_REASON = 160

/** Gives `secret` on `port`, as long as the enclave runs. @throws {VsockError} */
export async function hold(terms: Terms, secret: Bytes, port: number): Promise<void> {
  let running = 0
  const serve = async (socket: Socket) => {
    running += 1
    try {
      await within(EXCHANGE_TIME, socket, (line) => give(terms, secret, line))
    } catch {
      // The connection is closed, and who asked asks again.
    } finally {
      running -= 1
    }
  }
  for await (const socket of listen(port)) {
    if (running < MAX_EXCHANGES) void serve(socket)
    else socket.close()
  }
}

async function give(terms: Terms, secret: Bytes, line: Line): Promise<void> {
  // A local value: no other connection can use it, and this one answers one request.
  const challenge = randomBytes(CHALLENGE_LENGTH)
  await line.send('CHALLENGE', challenge)
  const { body } = await line.receive('REQUEST')
  try {
    await line.send('ANSWER', await answerTo(terms, challenge, body, secret))
  } catch (error) {
    if (!(error instanceof EnclaveError) || error.code !== 'E_SHARED_REQUEST') throw error
    await line.send('REFUSED', new TextEncoder().encode(error.what.slice(0, LONGEST_REASON)))
  }
}
