/** Copies a text stream to standard output until either is closed. */
import type { Readable } from 'node:stream'

/** Resolves when the stream ends or standard output is closed. The sender has already escaped control characters. */
export async function showStream(stream: Readable): Promise<void> {
  const { stdout } = process
  await new Promise<void>((resolve) => {
    stream.once('close', resolve)
    stdout.once('error', () => {
      stream.destroy()
      resolve()
    })
    stream.pipe(stdout, { end: false })
  })
}
