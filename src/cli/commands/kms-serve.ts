/** `qt kms serve`: the KMS over HTTP or HTTPS, until it is told to end. */
import { once } from 'node:events'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { serve } from '@hono/node-server'
import { toBase64 } from '../../base/base64.ts'
import { type AccessKey, createKmsApp, type Kms } from '../../kms/index.ts'
import type { Command } from '../core/command.ts'
import { readText } from '../core/files.ts'
import { appOptions, inUrl, openKms, readConfig } from '../core/kms-config.ts'
import type { KmsConfig } from '../core/kms-config-shape.ts'
import { printJson, printNote } from '../output/output.ts'

const LOOPBACK = '127.0.0.1'

/** An access key for this run, of the account itself, for a KMS that is told of none. */
function makeAccessKey({ account }: Kms['place']): AccessKey {
  const secret = toBase64(crypto.getRandomValues(new Uint8Array(30)))
  return {
    accessKeyId: `QT${crypto.randomUUID().replaceAll('-', '').slice(0, 18).toUpperCase()}`,
    secretAccessKey: secret,
    principal: `arn:aws:iam::${account}:root`,
    policies: [{ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'kms:*', Resource: '*' }] }],
  }
}

async function listen(kms: Kms, config: KmsConfig, port: number) {
  const { host = LOOPBACK, tls } = config
  const app = createKmsApp(kms, appOptions(config))
  const secure = tls && {
    createServer,
    serverOptions: {
      cert: await readText(tls.certificate, 'the certificate'),
      key: await readText(tls.key, 'the key of the certificate'),
    },
  }
  const server = serve({ fetch: app.fetch, hostname: host, port, ...secure })
  // A port that is taken is told here, or never.
  await Promise.race([
    once(server, 'listening'),
    once(server, 'error').then(([error]) => Promise.reject(error)),
  ])
  const { port: bound } = server.address() as AddressInfo
  return { server, url: `${tls ? 'https' : 'http'}://${inUrl(host)}:${bound}` }
}

export const kmsServe: Command = {
  name: 'kms serve',
  summary: 'serve the KMS over HTTP',
  example: 'qt kms serve --port 8443 --config kms.json',
  options: {
    port: {
      type: 'string',
      value: 'N',
      required: true,
      integer: { min: 0, max: 65_535 },
      help: 'the port; 0 for one that is free',
    },
    config: { type: 'string', value: 'FILE', help: 'access keys, roots, policies of callers, TLS; JSON' },
  },
  async run(options) {
    const port = options.integer('port') ?? 0
    const config = await readConfig(options.text('config'))
    await using kms = await openKms(config)
    const isOpen = config.accessKeys !== undefined || config.unsigned !== undefined
    const own = isOpen ? undefined : makeAccessKey(kms.place)
    const { server, url } = await listen(kms, own ? { ...config, accessKeys: [own] } : config, port)
    if (own) printNote(`access key for this run: ${own.accessKeyId} ${own.secretAccessKey}`)
    printJson({ url, identity: kms.signer.keyId })
    const ended = new AbortController()
    const signals = ['SIGINT', 'SIGTERM'] as const
    await Promise.race(signals.map((name) => once(process, name, { signal: ended.signal }).catch(() => {})))
    ended.abort()
    if ('closeAllConnections' in server) server.closeAllConnections()
    server.close()
    await once(server, 'close')
    return 0
  },
}
