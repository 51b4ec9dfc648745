/** `node:stream`: readable-stream, which is Node's own code. */
import stream from 'readable-stream/lib/ours/browser.js'

export default stream
