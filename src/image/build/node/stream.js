/** `node:stream`: readable-stream, which is Node's own code. */
import stream from 'readable-stream/lib/stream.js'

export default stream
