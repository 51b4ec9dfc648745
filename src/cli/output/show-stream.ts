/** A stream of text on standard output, for as long as there are both. */
import type { Readable } from 'node:stream'

/** Resolves when the stream is over, or nobody reads any more. Control characters are escaped where it comes from. */
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
