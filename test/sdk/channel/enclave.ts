/** An enclave with an attested channel, in this process: `fetch` is the way to it through a parent that is honest. */
import { attestedChannel, type ChannelOptions, type FetchHandler } from '../../../src/sdk/channel/index.ts'
import { testEnclave } from '../../../src/testing/index.ts'

export const URL_OF_ENCLAVE = 'https://enclave.example'
export const PCR0: Uint8Array<ArrayBuffer> = new Uint8Array(48).fill(7)

/** A fetch that answers itself. */
export type Fetch = (input: string, init: RequestInit) => Promise<Response>

export interface LocalEnclave {
  readonly fetch: Fetch
  readonly options: {
    readonly url: string
    readonly roots: string
    readonly pcrs: { readonly PCR0: Uint8Array }
    readonly fetch: Fetch
  }
}

/** `handler` in a test enclave with `pcr0`. */
export function localEnclave(
  handler: FetchHandler,
  options?: ChannelOptions,
  pcr0: Uint8Array<ArrayBuffer> = PCR0,
): LocalEnclave {
  testEnclave.reset({ pcrs: new Map([[0, pcr0]]) })
  const channel = attestedChannel(handler, options)
  const fetch: Fetch = async (input, init) => channel(new Request(input, init))
  return {
    fetch,
    options: { url: URL_OF_ENCLAVE, roots: testEnclave.rootCertificate, pcrs: { PCR0: pcr0 }, fetch },
  }
}
