/** A service whose calls take 10 ms each, one after the other, as if they used a processor of their own. */
import { attestedChannel, serveHttp } from 'webclave/sdk'

const TIME = 10
let last: Promise<unknown> = Promise.resolve()

const calls = {
  work: () => {
    last = last.then(() => new Promise((resolve) => setTimeout(resolve, TIME)))
    return last.then(() => true)
  },
}

export default (): Promise<void> => serveHttp(attestedChannel(() => new Response(), { calls }))
