/** The structure of documents for display: every byte belongs to one item, also of hostile documents. */
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, test } from 'vitest'
import { createAttestationAuthority } from '../../../src/attestation/issue/authority.ts'
import { chainOf } from '../../../web/document/chain.ts'
import { rowsOf } from '../../../web/document/hex-pane.tsx'
import { MAX_DOCUMENT, type Node, segmentsOf, structureOf } from '../../../web/document/structure.ts'

const documents = new Map<'qingtian' | 'nitro', Uint8Array<ArrayBuffer>>()
beforeAll(async () => {
  const authority = await createAttestationAuthority({ instanceId: 'i-0' })
  const pcrs = new Map([[0, new Uint8Array(48).fill(7)]])
  for (const profile of ['qingtian', 'nitro'] as const)
    documents.set(
      profile,
      await authority.attest({ profile, moduleId: 'i-0.enc', pcrs, nonce: new Uint8Array(32).fill(9) }),
    )
})

const all = (node: Node): Node[] => [node, ...node.children.flatMap(all)]
const find = (root: Node, role: Node['role']) => all(root).find((node) => node.role === role)!

describe.each(['qingtian', 'nitro'] as const)('a document of %s', (profile) => {
  test('has every field with its role, value and bytes', () => {
    const bytes = documents.get(profile)!
    const root = structureOf(bytes)
    const payload = find(root, 'payload')
    expect(payload.children.map(({ label }) => label)).toEqual(
      expect.arrayContaining([
        'module_id',
        'digest',
        'timestamp',
        'pcrs',
        'certificate',
        'cabundle',
        'nonce',
      ]),
    )
    expect(find(root, 'module_id').value).toBe('i-0.enc')
    expect(find(root, 'algorithm').value).toBe('-35')
    const pcr0 = find(root, 'pcr')
    expect([pcr0.label, pcr0.type, pcr0.value]).toEqual(['0', 'bytes(48)', '07'.repeat(48)])
    expect(bytes.subarray(pcr0.to - 48, pcr0.to)).toEqual(new Uint8Array(48).fill(7))
    const nonce = find(root, 'nonce')
    expect(bytes.subarray(nonce.to - 32, nonce.to)).toEqual(new Uint8Array(32).fill(9))
    const key = new TextDecoder().decode(bytes.subarray(nonce.from + 1, nonce.from + 6))
    expect(key).toBe('nonce')
  })

  test('is covered by its segments, each byte once', () => {
    const bytes = documents.get(profile)!
    const root = structureOf(bytes)
    let at = 0
    for (const { from, to } of segmentsOf(root)) {
      expect(from).toBe(at)
      expect(to).toBeGreaterThan(from)
      at = to
    }
    expect(at).toBe(bytes.byteLength)
    const rows = rowsOf(bytes, segmentsOf(root))
    const digits = rows.map((pieces) => pieces.map((piece) => piece.digits).join(' ')).join(' ')
    expect(digits).toBe(
      Buffer.from(bytes)
        .toString('hex')
        .replace(/..(?=.)/g, '$& '),
    )
  })

  test('has its chain from the root to the leaf', () => {
    const chain = chainOf(documents.get(profile)!, profile)!
    expect([chain[0]!.role, chain.at(-1)!.role]).toEqual(['root', 'leaf'])
    expect(chain[0]!.subject).toBe(chain[0]!.issuer)
    for (const [at, link] of chain.entries()) if (at > 0) expect(link.issuer).toBe(chain[at - 1]!.subject)
    expect(chain.map(({ isAuthority }) => isAuthority)).toEqual(chain.map((_, at) => at < chain.length - 1))
  })
})

describe('other input', () => {
  test.each([
    ['a number', [0x01], 'other'],
    ['an array of two', [0x82, 0x41, 0x00, 0xa0], 'envelope'],
    ['a payload that is not CBOR', [0x84, 0x41, 0xff, 0xa0, 0x42, 0xff, 0xff, 0x40], 'envelope'],
    ['lists in lists', [0x81, 0x81, 0x81, 0x80], 'envelope'],
  ])('%s has a structure', (_, bytes, role) => {
    const root = structureOf(Uint8Array.from(bytes))
    expect([root.role, root.from, root.to]).toEqual([role, 0, bytes.length])
    expect(segmentsOf(root).at(-1)!.to).toBe(bytes.length)
  })

  test.each([
    ['nothing', new Uint8Array(0)],
    ['what is not CBOR', Uint8Array.of(0xff)],
    ['more than any document has', new Uint8Array(MAX_DOCUMENT + 1)],
    ['too many items', Uint8Array.from([0x99, 0x20, 0x00, ...Array(0x2000).fill(0)])],
  ])('%s is refused', (_, bytes) => {
    expect(() => structureOf(bytes)).toThrow(/^E_/)
  })

  test('a document that cannot be decoded has no chain', () => {
    expect(chainOf(Uint8Array.of(0x80), 'nitro')).toBeUndefined()
  })
})

const vectors = fileURLToPath(new URL('../../../../shared/vectors/', import.meta.url))
const real = [
  'nitro/evervault_beta_valid.cbor',
  'nitro/evervault_beta_debug_mode.cbor',
  'nitro/fastcrypto_valid_pcr16_attestation.cbor',
  'nitro/veracruz_aws_nitro_document.cbor',
]
if (!existsSync(vectors)) console.warn('SKIPPED: real documents, because ../shared/vectors is missing')

test.skipIf(!existsSync(vectors)).each(real)('the real document %s has its structure and chain', (name) => {
  const bytes = new Uint8Array(readFileSync(`${vectors}${name}`))
  const root = structureOf(bytes)
  expect(segmentsOf(root).at(-1)!.to).toBe(bytes.length)
  expect(find(root, 'module_id').value).toMatch(/^i-[0-9a-f]+-enc/)
  expect(chainOf(bytes, 'nitro')![0]!.subject).toContain('aws.nitro-enclaves')
})
