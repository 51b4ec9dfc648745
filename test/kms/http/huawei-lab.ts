/** Huawei's API, with the client and signer of Huawei's own SDK, and the paths of its KMS package, which is not on npm. */
import { BasicCredentials } from '@huaweicloud/huaweicloud-sdk-core/auth/BasicCredentials.js'
import { HcClient } from '@huaweicloud/huaweicloud-sdk-core/HcClient.js'
import { DefaultHttpClient } from '@huaweicloud/huaweicloud-sdk-core/http/DefaultHttpClient.js'
import { createKmsApp } from '../../../src/kms/index.ts'
import { createLaboratory, type Laboratory, pcr0 } from '../support.ts'
import { ACCESS_KEY, serveOnLoopback } from '../support-http.ts'

const PROJECT = '0123456789abcdef0123456789abcdef'
const DOMAIN = '6c031a4leefc480bb60f20c003891fcd'
const AGENCY = `iam::${DOMAIN}:agency:enclave`
const ENCLAVE_KEY = { accessKeyId: 'AKENCLAVE', secretAccessKey: 'secret of the enclave' }

/** By default, the SDK prints every refusal. */
const SILENT = { debug() {}, info() {}, error() {} }

export type Answer = Record<string, unknown> & {
  key_id: string
  cipher_text: string
  ciphertext_recipient: string
}

/** Makes the same calls as the methods of Huawei's KMS client. */
export class Client {
  readonly #client: HcClient

  constructor(endpoint: string, { accessKeyId, secretAccessKey }: typeof ACCESS_KEY) {
    const credential = new BasicCredentials()
      .withAk(accessKeyId)
      .withSk(secretAccessKey)
      .withProjectId(PROJECT)
    // As the SDK's ClientBuilder does, which cannot be loaded: the package does not declare its dependency uuid.
    const http = new DefaultHttpClient({ logger: SILENT } as never, [endpoint])
    this.#client = new HcClient(http).withEndpoints([endpoint]).withCredential(credential)
  }

  call(path: string, data?: object, method = 'POST'): Promise<Answer> {
    return this.#client.sendRequest({
      url: `/v1.0/{project_id}/kms/${path}`,
      method,
      contentType: 'application/json',
      queryParams: {},
      pathParams: { project_id: PROJECT },
      headers: {},
      ...(data && { data }),
    } as never) as never
  }
}

/** A KMS that is served to an administrator and to an enclave, which may use keys with its attestation document only. */
export interface HuaweiLaboratory {
  readonly lab: Laboratory
  readonly url: string
  readonly admin: Client
  readonly enclave: Client
  /** Creates a key, and returns its ID. */
  createKey(more?: object): Promise<string>
  close(): Promise<void>
}

export async function openHuawei(): Promise<HuaweiLaboratory> {
  const lab = await createLaboratory({ place: { account: '111122223333', domain: DOMAIN } })
  const all = {
    Version: '5.0',
    Statement: [{ Effect: 'Allow', Action: ['kms:*:*', 'kms::*'], Resource: ['*'] }],
  }
  const own = {
    Version: '1.1',
    Statement: [
      {
        Effect: 'Allow',
        Action: ['kms:cmk:generate', 'kms:dek:create', 'kms:cmk:decrypt', 'kms:dek:decrypt'],
        Resource: ['*'],
        Condition: { StringEqualsIgnoreCase: { 'kms:RecipientAttestation/PCR0': [pcr0(1)] } },
      },
    ],
  }
  const account = 'arn:aws:iam::111122223333:root'
  const server = await serveOnLoopback(
    createKmsApp(lab.kms, {
      explain: 'summary',
      accessKeys: [
        { ...ACCESS_KEY, principal: account, policies: [all] },
        { ...ENCLAVE_KEY, principal: AGENCY, policies: [own] },
      ],
    }),
  )
  const admin = new Client(server.url, ACCESS_KEY)
  let count = 0
  return {
    lab,
    url: server.url,
    admin,
    enclave: new Client(server.url, ENCLAVE_KEY),
    async createKey(more = {}) {
      const { key_info } = (await admin.call('create-key', {
        key_alias: `key-${count++}`,
        ...more,
      })) as unknown as { key_info: { key_id: string } }
      return key_info.key_id
    },
    close: () => server.close(),
  }
}
