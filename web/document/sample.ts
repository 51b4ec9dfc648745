/** A document of an enclave of this page, which is started for this. */
import { toHex } from '../../src/base/bytes.ts'
import { endEnclave, startEnclave } from '../app/enclaves.ts'
import { imageOf } from '../examples/load.ts'
import { PORT, SHARE } from '../examples/usual.ts'
import { openHost } from '../host/open.ts'

/** A document with a new nonce. */
export async function sampleDocument(): Promise<{ document: Uint8Array<ArrayBuffer>; nonce: string }> {
  const { enclaves } = openHost()
  const view = await startEnclave({ image: await imageOf('hello'), ...SHARE, debug: false })
  try {
    const nonce = crypto.getRandomValues(new Uint8Array(32))
    const document = (await enclaves.call(view.number, PORT, 'prove', { nonce })) as Uint8Array<ArrayBuffer>
    return { document, nonce: toHex(nonce) }
  } finally {
    await endEnclave(view)
  }
}
