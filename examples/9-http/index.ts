/** An application of hono in the enclaves of a pool: for the host, and for a caller who trusts only the image. */
import { join } from 'node:path'
import { createParent, type EnclaveError } from 'webclave'
import { createAttestedClient } from 'webclave/channel'
import { enclaveFetch } from 'webclave/http'
import { buildImage } from 'webclave/image'
import { createPool } from 'webclave/pool'

const { eif, pcrs } = await buildImage({ app: { path: join(import.meta.dirname, 'guest') } })
await using parent = await createParent({ vcpus: 3, memoryMiB: 384 })
await using pool = await createPool(eif, { size: 2, parent, service: false, port: 8081 })

// Each request goes to the least busy enclave.
using front = enclaveFetch(pool)
console.log('host    ', await (await front('http://enclave/hello/host')).text())

// A body is a stream: no more of it is in memory than is under way.
let left = 100
const text = new ReadableStream({
  pull(controller) {
    if (left-- > 0) controller.enqueue(new TextEncoder().encode('a few words '.repeat(1000)))
    else controller.close()
  },
})
const counted = await front('http://enclave/words', { method: 'POST', body: text })
console.log('counted ', await counted.text())

// Each enclave has a key of its own, so a caller stays with one: this `fetch` keeps one connection of the pool, and has a place
// there until it is closed. Over a network it would be in the host's server, which passes on what it cannot read.
{
  using own = enclaveFetch({ connect: pool.connect.bind(pool) }, { port: 8081, maxConnections: 1 })
  const caller = await createAttestedClient({
    url: 'http://enclave/',
    roots: parent.rootCertificate,
    pcrs,
    fetch: (url, init) => own(url, init),
  })
  const answer = await caller.fetch('/hello/caller')
  console.log('sealed  ', answer.status, await answer.text())
  // In clear the enclave answers nobody there.
  console.log('in clear', (await own('http://enclave/hello/caller')).status)
}

// What was not begun may be tried again; of anything else the code says that it may have been done.
await pool.close()
try {
  await front('http://enclave/hello/late')
} catch (error) {
  console.log('closed  ', (error as EnclaveError).code)
}
