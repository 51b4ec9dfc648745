/** `qt kms serve`: serves the KMS over HTTP or HTTPS until SIGINT or SIGTERM. */
import { once } from 'node:events'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { serve } from '@hono/node-server'
import { toBase64 } from '../../base/base64.ts'
import { type AccessKey, createKmsApp, type Kms } from '../../kms/index.ts'
import { logged } from '../core/access-log.ts'
import type { Command } from '../core/command.ts'
import { readText } from '../core/files.ts'
import { appOptions, inUrl, openKms, readConfig } from '../core/kms-config.ts'
import { EXAMPLE } from '../core/kms-config-schema.ts'
import type { KmsConfig } from '../core/kms-config-shape.ts'
import { printJson, printNote } from '../output/output.ts'

const LOOPBACK = '127.0.0.1'

/** An access key of the account's root for this run, if the configuration has none. */
function makeAccessKey({ account }: Kms['place']): AccessKey {
  const secret = toBase64(crypto.getRandomValues(new Uint8Array(30)))
  return {
    accessKeyId: `QT${crypto.randomUUID().replaceAll('-', '').slice(0, 18).toUpperCase()}`,
    secretAccessKey: secret,
    principal: `arn:aws:iam::${account}:root`,
    policies: [{ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'kms:*', Resource: '*' }] }],
  }
}

async function listen(kms: Kms, config: KmsConfig, port: number, isLogged: boolean) {
  const { host = LOOPBACK, tls } = config
  const app = createKmsApp(kms, appOptions(config))
  const fetch = isLogged ? logged(app.fetch) : app.fetch
  const secure = tls && {
    createServer,
    serverOptions: {
      cert: await readText(tls.certificate, 'the certificate'),
      key: await readText(tls.key, 'the key of the certificate'),
    },
  }
  const server = serve({ fetch, hostname: host, port, ...secure })
  // Without this, an error such as EADDRINUSE would be lost.
  await Promise.race([
    once(server, 'listening'),
    once(server, 'error').then(([error]) => Promise.reject(error)),
  ])
  const { port: bound } = server.address() as AddressInfo
  return { server, url: `${tls ? 'https' : 'http'}://${inUrl(host)}:${bound}` }
}

/** Whose documents the KMS believes, and how to change that. */
function trustOf({ profile = 'qingtian', roots = ['local'] }: KmsConfig): string {
  const other = profile === 'qingtian' ? 'nitro' : 'qingtian'
  const whose = roots.map((root) => (root === 'local' ? 'local (enclaves of this user)' : root)).join(', ')
  return `attestation documents: ${profile}, under the roots ${whose}; --profile ${other} takes those of the other cloud, "roots" in --config other roots`
}

export const kmsServe: Command = {
  name: 'kms serve',
  summary: 'serve the KMS over HTTP or HTTPS',
  example: 'qt kms serve --port 8443',
  options: {
    port: {
      type: 'string',
      value: 'N',
      required: true,
      integer: { min: 0, max: 65_535 },
      help: 'the port to listen on; 0 for any free one',
    },
    config: {
      type: 'string',
      value: 'FILE',
      help: 'JSON file with access keys, trusted roots, policies of callers, origins of pages and TLS',
    },
    profile: {
      type: 'string',
      value: 'NAME',
      choices: ['qingtian', 'nitro'],
      help: 'the cloud whose attestation documents it believes; by default that of the configuration, or qingtian',
    },
    'access-log': {
      type: 'boolean',
      help: 'print a line for each request: time, operation, status, milliseconds; never its content',
    },
  },
  notes: [`A configuration, of which every member is optional (qt kms schema): ${JSON.stringify(EXAMPLE)}`],
  async run(options) {
    const port = options.integer('port') ?? 0
    const given = await readConfig(options.text('config'))
    const profile = options.text('profile') as KmsConfig['profile']
    const config = { ...given, ...(profile && { profile }) }
    await using kms = await openKms(config)
    const isOpen = config.accessKeys !== undefined || config.unsigned !== undefined
    const own = isOpen ? undefined : makeAccessKey(kms.place)
    const { server, url } = await listen(
      kms,
      own ? { ...config, accessKeys: [own] } : config,
      port,
      options.flag('access-log'),
    )
    if (own) printNote(`access key for this run: ${own.accessKeyId} ${own.secretAccessKey}`)
    if (given.profile === undefined) printNote(trustOf(config))
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
