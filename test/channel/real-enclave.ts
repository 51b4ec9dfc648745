/** A real enclave with an attested channel, and a front to it. */
import {
  type AttestedClient,
  type AttestedClientOptions,
  createAttestedClient,
} from '../../src/channel/index.ts'
import { type EnclaveFetch, enclaveFetch } from '../../src/http/index.ts'
import { buildImage } from '../../src/image/index.ts'
import { createParent, type Enclave } from '../../src/parent/index.ts'
import { connectWhenReady, guestPath } from '../support/laboratory.ts'
import { patience } from '../support/patience.ts'

export const URL_OF_ENCLAVE = 'http://enclave.example'

export interface RealEnclave extends AsyncDisposable {
  readonly enclave: Enclave
  readonly front: EnclaveFetch
  readonly options: AttestedClientOptions
  client(options?: Partial<AttestedClientOptions>): Promise<AttestedClient>
}

interface Setting {
  readonly env?: Readonly<Record<string, string>>
  readonly profile?: 'qingtian' | 'nitro'
  readonly isolation?: 'process' | 'worker'
}

export async function startEnclave({
  env = {},
  profile = 'qingtian',
  isolation = 'worker',
}: Setting = {}): Promise<RealEnclave> {
  const image = await buildImage({ app: { path: guestPath('channel.ts') }, env, profile })
  const parent = await createParent({ vcpus: 2, memoryMiB: 512, profile })
  const enclave = await parent.start(image.eif, {
    vcpus: 1,
    memoryMiB: 128,
    isolation,
    startTimeout: patience(20_000),
  })
  await (await connectWhenReady(enclave, 8080)).close()
  const front = enclaveFetch(enclave)
  const options: AttestedClientOptions = {
    url: URL_OF_ENCLAVE,
    roots: parent.rootCertificate,
    pcrs: image.pcrs,
    profile,
    fetch: front,
  }
  return {
    enclave,
    front,
    options,
    client: (more) => createAttestedClient({ ...options, ...more }),
    async [Symbol.asyncDispose]() {
      front.close()
      await parent.close()
    },
  }
}
