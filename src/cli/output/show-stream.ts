/** Copies a text stream to standard output until either is closed. */
import type { Readable } from 'node:stream'

/**
 * Resolves when the stream ends (true) or standard output is closed (false). The sender has already escaped control
 * characters.
 */
export async function showStream(stream: Readable): Promise<boolean> {
  const { stdout } = process
  return new Promise<boolean>((resolve) => {
    stream.once('close', () => resolve(true))
    stdout.once('error', () => {
      resolve(false)
      stream.destroy()
    })
    stream.pipe(stdout, { end: false })
  })
}
