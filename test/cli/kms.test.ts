/** `qt kms serve` over HTTP and HTTPS, with and without a configuration, and `qt kms create-key`. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { get } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { DescribeKeyCommand, EncryptCommand, ListKeysCommand } from '@aws-sdk/client-kms'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { kmsCreateKey } from '../../src/cli/commands/kms-create-key.ts'
import { kmsIdentity } from '../../src/cli/commands/kms-identity.ts'
import { kmsServe } from '../../src/cli/commands/kms-serve.ts'
import { enclavePolicy, pcr0 } from '../kms/support.ts'
import { ACCESS_KEY, awsClient } from '../kms/support-http.ts'
import { runCommand } from './in-process.ts'

const QT = fileURLToPath(new URL('../../src/cli/qt.ts', import.meta.url))
const ROOT = 'arn:aws:iam::000000000000:root'
const ALL = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'kms:*', Resource: '*' }] }

let folder: string
let child: ChildProcess | undefined
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'webclave-kms-'))
  vi.stubEnv('XDG_STATE_HOME', folder)
})
afterEach(async () => {
  if (child && child.exitCode === null) {
    child.kill('SIGKILL')
    await once(child, 'close')
  }
  child = undefined
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true })
})

const file = (name: string, content: unknown) => {
  writeFileSync(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content))
  return join(folder, name)
}

let notes = ''
const logged = () => notes

/** Starts `qt kms serve` and returns what it prints when it is listening. */
async function serve(...args: string[]): Promise<{ url: string; identity: string; notes: string }> {
  child = spawn(process.execPath, [QT, 'kms', 'serve', '--port', '0', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  notes = ''
  child.stderr!.on('data', (data) => {
    notes += data
  })
  let printed = ''
  for await (const line of createInterface(child.stdout!)) {
    printed += line
    if (line === '}') return { ...JSON.parse(printed), notes }
  }
  throw new Error(`qt kms serve has ended: ${notes}`)
}

async function stop(): Promise<number | null> {
  child!.kill('SIGTERM')
  const [status] = await once(child!, 'close')
  return status
}

describe('qt kms serve', () => {
  test('without a configuration creates an access key, and stores the keys that are created', async () => {
    const { url, notes } = await serve('--profile', 'nitro', '--access-log')
    expect(notes).toContain('attestation documents: nitro, under the roots local')
    const [, accessKeyId, secretAccessKey] = /access key for this run: (\S+) (\S+)/.exec(notes) ?? []
    const client = awsClient(url, { accessKeyId, secretAccessKey })
    const outcome = await runCommand(kmsCreateKey, ['--alias', 'wallet'])
    const { keyId } = JSON.parse(outcome.stdout)
    const { KeyMetadata } = await client.send(new DescribeKeyCommand({ KeyId: 'alias/wallet' }))
    expect(KeyMetadata?.KeyId).toBe(keyId)
    await client.send(new EncryptCommand({ KeyId: keyId, Plaintext: Uint8Array.of(1) }))
    client.destroy()
    const stranger = awsClient(url)
    await expect(stranger.send(new ListKeysCommand({}))).rejects.toMatchObject({
      name: 'InvalidSignatureException',
    })
    stranger.destroy()
    expect(await stop()).toBe(0)
    expect(logged()).toContain('POST TrentService.DescribeKey 200 ')
    const state = join(folder, 'webclave')
    for (const name of ['kms-master.key', 'kms.sqlite']) {
      expect((statSync(join(state, name)).mode & 0o777).toString(8), name).toBe('600')
    }
    // The database was closed properly: its log was merged.
    expect(existsSync(join(state, 'kms.sqlite-wal'))).toBe(false)
  })

  test('accepts unsigned requests only for this machine and the configured hosts', async () => {
    const config = { unsigned: { principal: ROOT, policies: [ALL] }, hosts: ['kms'] }
    const { url } = await serve('--config', file('kms.json', config))
    const statusOf = async (more: Record<string, string>) => {
      const headers = {
        'Content-Type': 'application/x-amz-json-1.1',
        'X-Amz-Target': 'TrentService.ListKeys',
      }
      const sent = request(url, { method: 'POST', headers: { ...headers, ...more } }).end('{}')
      const [answer] = await once(sent, 'response')
      answer.resume()
      return answer.statusCode
    }
    expect(await statusOf({})).toBe(200)
    expect(await statusOf({ Host: 'kms:80' })).toBe(200)
    expect(await statusOf({ Host: 'evil.example' })).toBe(403)
    expect(await statusOf({ Origin: 'https://evil.example' })).toBe(403)
    expect(await statusOf({ 'Content-Type': 'text/plain' })).toBe(400)
  })

  test('serves TLS with a configured certificate', async () => {
    const [certificate, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')]
    execFileSync(
      'openssl',
      [
        ...[
          'req',
          '-x509',
          '-newkey',
          'ec',
          '-pkeyopt',
          'ec_paramgen_curve:prime256v1',
          '-nodes',
          '-days',
          '2',
        ],
        ...[
          '-subj',
          '/CN=localhost',
          '-addext',
          'subjectAltName=IP:127.0.0.1',
          '-keyout',
          key,
          '-out',
          certificate,
        ],
      ],
      { stdio: 'ignore' },
    )
    const state = join(folder, 'own')
    const config = file('kms.json', {
      state,
      tls: { certificate, key },
      accessKeys: [{ ...ACCESS_KEY, principal: ROOT, policies: [ALL] }],
    })
    const { url, notes, identity } = await serve('--config', config)
    expect([url.slice(0, 18), notes.includes('access key')]).toEqual(['https://127.0.0.1:', false])
    const body = await new Promise<string>((resolve, reject) => {
      const options = { ca: readFileSync(certificate) }
      get(`${url}/webclave/identity`, options, (response) => {
        response.setEncoding('utf8').once('data', resolve)
      }).once('error', reject)
    })
    const pem = (await runCommand(kmsIdentity, ['--config', config])).stdout
    expect(pem.replaceAll(/-----.*-----|\n/g, '')).toBe(JSON.parse(body).spki)
    expect(identity).toMatch(/^[0-9a-f]{64}$/)
    expect(await stop()).toBe(0)
    expect(existsSync(join(state, 'kms.sqlite'))).toBe(true)
  })

  test('reports errors in its configuration, and a port that is in use', async () => {
    for (const [content, message] of [
      ['{', 'not valid JSON'],
      ['[]', 'expected an object'],
      ['{"profile":"nitro","allowDebug":false,"allowDebug":true}', 'unique member names'],
      ['{"accessKeys":[{"policies":[{"Statement":[],"Statement":[]}]}]}', 'unique member names'],
      [{ port: 1 }, 'unknown member port'],
      [{ profile: 'sgx' }, 'unknown value of profile'],
      [{ maxAge: '900' }, 'maxAge has the wrong type'],
      [{ roots: {} }, 'roots has the wrong type'],
      [{ accessKeys: [{ accessKeyId: 'a b' }] }, 'access key is invalid'],
      [{ roots: ['/no/such/file'] }, 'root certificate'],
      [{ unsigned: { principal: ROOT, policies: [ALL], polices: [ALL] } }, 'unsigned.polices'],
      [
        {
          accessKeys: [
            { ...ACCESS_KEY, principal: ROOT },
            { ...ACCESS_KEY, session_token: 'a' },
          ],
        },
        'accessKeys[1].session_token',
      ],
      [{ tls: { certificate: 'a', key: 'b', ca: 'c' } }, 'tls.ca'],
    ] as const) {
      const args = ['--port', '0', '--config', file('kms.json', content)]
      expect((await runCommand(kmsServe, args)).error?.message, message).toContain(message)
    }
    const { url } = await serve()
    const args = [QT, 'kms', 'serve', '--port', new URL(url).port]
    const second = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] })
    let stderr = ''
    second.stderr.on('data', (data) => {
      stderr += data
    })
    expect((await once(second, 'close'))[0]).toBe(1)
    expect(stderr).toContain('EADDRINUSE')
  })
})

describe('qt kms create-key', () => {
  test('warns if its policy allows access without attestation', async () => {
    const open = { Statement: [{ Effect: 'Allow', Principal: '*', Action: 'kms:*', Resource: '*' }] }
    const { status, stderr, stdout } = await runCommand(kmsCreateKey, ['--policy', file('policy.json', open)])
    expect([status, JSON.parse(stdout).keySpec]).toEqual([0, 'SYMMETRIC_DEFAULT'])
    expect(stderr).toContain('L_KMS_ANYBODY: statement 1')
    const good = file('policy.json', enclavePolicy(pcr0(1)))
    expect((await runCommand(kmsCreateKey, ['--policy', good])).stderr).toBe('')
  })

  test('rejects invalid options', async () => {
    const refusal = async (...args: string[]) => (await runCommand(kmsCreateKey, args)).error?.code
    expect(await refusal('--spec', 'DES')).toBe('E_KMS_VALIDATION')
    expect(await refusal('--alias', 'a b')).toBe('E_KMS_ALIAS')
    expect(await refusal('--policy', file('policy.json', '{}'))).toBe('E_KMS_POLICY')
    writeFileSync(join(folder, 'webclave/kms-master.key'), 'not a key\n')
    expect(await refusal()).toBe('E_KMS_MASTER_TEXT')
  })
})
