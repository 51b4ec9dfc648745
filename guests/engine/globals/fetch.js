/** `fetch`, which says that there is no network, and the classes that go with it; loaded on first use. */
import { Request } from './request.js'

export { FormData } from './form-data.js'
export { Headers } from './headers.js'
export { Request } from './request.js'
export { Response } from './response.js'

/** Always rejects: an enclave has no network of its own. */
export async function fetch(input, init = undefined) {
  const { url, signal } = new Request(input, init)
  signal.throwIfAborted()
  throw new TypeError(
    `fetch failed: ${new URL(url).origin} cannot be reached, because an enclave has no network but its proxy; ` +
      'its parent instance can fetch for it, over vsock',
  )
}
