/**
 * Statements of enclaves about requests that they have refused: a parent that has let a request through has it executed twice
 * if the client takes any other document for one.
 */
import { beforeAll, describe, expect, test } from 'vitest'
import {
  type AttestationAuthority,
  createAttestationAuthority,
} from '../../../src/attestation/issue/authority.ts'
import { fromHex } from '../../../src/base/bytes.ts'
import { createAttestedClient } from '../../../src/channel/index.ts'
import { keysStatement, refusalStatement } from '../../../src/channel/wire/binding.ts'
import { type KeyConfig, writeConfig, writeConfigs } from '../../../src/channel/wire/key-config.ts'
import { ATTESTATION_PATH, KEY_PROBLEM, X25519_KEM } from '../../../src/channel/wire/names.ts'
import { problemAnswer } from '../../../src/channel/wire/problem.ts'
import { x25519Kem } from '../../../src/sdk/channel/kem.ts'
import { REQUEST_HEAD } from './parent.ts'

type Bytes = Uint8Array<ArrayBuffer>

const IMAGE = new Uint8Array(48).fill(1)
const OTHER_IMAGE = new Uint8Array(48).fill(2)
const [OWN, OTHER] = ['i.enc-0123456789abcdef', 'i.enc-fedcba9876543210']
const config: KeyConfig = { id: 7, kem: X25519_KEM, publicKey: x25519Kem.generate().publicKey }
const sha256 = async (bytes: Bytes): Promise<Bytes> =>
  new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))

let authority: AttestationAuthority
let hostile: AttestationAuthority
beforeAll(async () => {
  authority = await createAttestationAuthority({ instanceId: 'good' })
  hostile = await createAttestationAuthority({ instanceId: 'hostile' })
})

interface Statement {
  readonly by?: () => AttestationAuthority
  readonly moduleId?: string
  readonly pcr0?: Bytes
  readonly nonce?: (digest: Bytes) => Bytes
  readonly userData?: (digest: Bytes) => Bytes
}

/** How often a call is sent whose refusal has this statement, each time again. */
async function timesSent(statement: Statement): Promise<number> {
  const { by = () => authority, moduleId = OWN, pcr0 = IMAGE } = statement
  const { nonce = (digest) => digest, userData = refusalStatement } = statement
  let sent = 0
  const fetch = async (input: string, init: RequestInit) => {
    const url = new URL(input)
    if (url.pathname === ATTESTATION_PATH) {
      const document = await authority.attest({
        profile: 'qingtian',
        moduleId: OWN,
        pcrs: new Map([[0, IMAGE]]),
        nonce: fromHex(url.searchParams.get('nonce')!),
        publicKey: writeConfig(config),
        userData: keysStatement(await sha256(writeConfigs([config]))),
      })
      return new Response(document)
    }
    sent++
    const digest = await sha256((init.body as Bytes).slice(7, REQUEST_HEAD))
    const pcrs = new Map([[0, pcr0]])
    const fields = { nonce: nonce(digest), publicKey: writeConfig(config), userData: userData(digest) }
    const document = await by().attest({ profile: 'qingtian', moduleId, pcrs, ...fields })
    return problemAnswer(400, {
      type: KEY_PROBLEM,
      title: '',
      refusal: Buffer.from(document).toString('base64'),
    })
  }
  const client = await createAttestedClient({
    url: 'https://enclave.example',
    roots: authority.rootPem,
    pcrs: { PCR0: IMAGE },
    fetch,
  })
  await client
    .calls<{ pay: () => void }>()
    .pay()
    .catch(() => {})
  return sent
}

describe('a refused call', () => {
  test('is sent again if its enclave states that it has not taken it (the control)', async () => {
    expect(await timesSent({})).toBe(2)
  })

  test.each<[string, Statement]>([
    ['another enclave of the image states it', { moduleId: OTHER }],
    ['another image states it', { pcr0: OTHER_IMAGE }],
    ['the parent states it under a root of its own', { by: () => hostile }],
    [
      'the statement is about another request',
      { nonce: () => new Uint8Array(32), userData: () => refusalStatement(new Uint8Array(32)) },
    ],
    [
      'the statement is about another request, with the right nonce',
      { userData: () => refusalStatement(new Uint8Array(32)) },
    ],
    ['the document only proves a key, with a nonce of the parent’s choice', { userData: keysStatement }],
    ['the document states nothing', { userData: () => new Uint8Array() }],
  ])('is not if %s', async (_, statement) => {
    expect(await timesSent(statement)).toBe(1)
  })
})
