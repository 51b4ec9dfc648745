/** AWS's own KMS client in an enclave, unmodified: over `fetch`, TLS within the enclave and the proxy, to our KMS. */

import { once } from 'node:events'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import { afterAll, expect, test } from 'vitest'
import { pcrHex } from '../../src/base/pcrs.ts'
import { buildImage } from '../../src/image/index.ts'
import { createKms, createKmsApp } from '../../src/kms/index.ts'
import { createParent } from '../../src/parent/index.ts'
import { openProxy } from '../../src/proxy/index.ts'
import type { handlers } from '../guests/aws-kms.ts'
import { issue } from '../support/certificates.ts'
import { guestPath } from '../support/laboratory.ts'
import { patience } from '../support/patience.ts'

const credentials = {
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
}
const ends: (() => unknown)[] = []
afterAll(async () => {
  for (const end of ends.toReversed()) await end()
})

test('signs its requests, and gets secrets for this enclave only; nobody between can read them', async () => {
  const parent = await createParent({ vcpus: 1, memoryMiB: 256, profile: 'nitro' })
  ends.push(() => parent.close())
  const root = issue({ subject: 'root', isAuthority: true })
  const { keyPem: key, pem: cert } = issue({ subject: 'kms', names: ['localhost'], issuer: root })
  const { eif, pcrs } = await buildImage({
    app: { path: guestPath('aws-kms.ts') },
    files: { 'roots.pem': new TextEncoder().encode(root.pem) },
    manifest: { roots: 'roots.pem', destinations: ['localhost:*'] },
    profile: 'nitro',
  })
  const kms = await createKms({ attestation: { profile: 'nitro', roots: parent.rootCertificate } })
  const { keyMetadata } = await kms.owner.createKey({})
  const policy = {
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Action: 'kms:Encrypt', Resource: '*' },
      {
        Effect: 'Allow',
        Action: ['kms:Decrypt', 'kms:GenerateDataKey', 'kms:GenerateRandom'],
        Resource: '*',
        Condition: { StringEqualsIgnoreCase: { 'kms:RecipientAttestation:ImageSha384': pcrHex(pcrs, 0) } },
      },
    ],
  }
  const principal = 'arn:aws:iam::000000000000:role/host'
  const app = createKmsApp(kms, {
    accessKeys: [{ ...credentials, principal, policies: [JSON.stringify(policy)] }],
  })
  const server = createServer({ key, cert }, getRequestListener(app.fetch))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  ends.push(() => server.close().closeAllConnections())
  const endpoint = `https://localhost:${(server.address() as AddressInfo).port}`
  const proxy = openProxy(parent, { allowlist: ['localhost:*', '127.0.0.0/8:*'] })
  ends.push(() => proxy.close())
  const startTimeout = patience(20_000)
  const trace = { packets: 1000, bytes: 65_536 }
  const enclave = await parent.start(eif, { vcpus: 1, memoryMiB: 256, startTimeout, trace })
  const client = await enclave.client<typeof handlers>(5000, { timeout: startTimeout })
  ends.push(() => client.close())
  const where = { endpoint, credentials, keyId: keyMetadata.keyId }
  expect(await client.call.dataKey(where)).toEqual([true, false])
  expect(await client.call.random(where)).toBe(24)
  expect((await client.call.encrypt({ ...where, text: 'secret' })).length).toBeGreaterThan(20)
  expect(await client.call.refused(where)).toMatch(/Signature|AccessDenied|InvalidClientTokenId/)

  // All that the parent has seen of it.
  const seen = enclave.trace.packets.map(({ payload }) => Buffer.from(payload).toString('latin1')).join('')
  expect(seen).toContain('CONNECT localhost:')
  expect(seen).not.toContain('AWS4-HMAC-SHA256')
  expect(seen).not.toContain('TrentService')
})
