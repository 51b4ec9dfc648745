/**
 * The structure of an attestation document for display: a tree of its CBOR items with the bytes of each, also of the items
 * inside of byte strings. The document is hostile: its size and the number of items are bounded.
 */
import { type Bytes, toHex } from '../../src/base/bytes.ts'
import { EnclaveError } from '../../src/base/error.ts'
import type { CborItem } from '../../src/encoding/cbor/item.ts'
import { readCbor } from '../../src/encoding/cbor/reader.ts'

/** What an item is in a document, by which its meaning is found. */
export type Role =
  | 'envelope'
  | 'tag'
  | 'protected'
  | 'algorithm'
  | 'unprotected'
  | 'payload'
  | 'signature'
  | 'module_id'
  | 'digest'
  | 'timestamp'
  | 'pcrs'
  | 'pcr'
  | 'certificate'
  | 'cabundle'
  | 'ca'
  | 'public_key'
  | 'user_data'
  | 'nonce'
  | 'other'

/** One item. */
export interface Node {
  /** Its place in the tree, such as `0.2.1`: what is inside of it begins with this and a dot. */
  readonly id: string
  readonly label: string
  readonly role: Role
  /** What it is in CBOR: `bytes(48)`. */
  readonly type: string
  /** Its value, cut if it is long; absent where children say it. */
  readonly value?: string
  /** Its bytes in the document. */
  readonly from: number
  readonly to: number
  readonly children: readonly Node[]
}

/** Longer documents exist nowhere. */
export const MAX_DOCUMENT = 131_072
/** More items than any document has. */
const MAX_NODES = 4096
const MAX_VALUE = 96

const MEMBERS: readonly Role[] = ['protected', 'unprotected', 'payload', 'signature']
const FIELDS: ReadonlySet<string> = new Set<Role>([
  ...(['module_id', 'digest', 'timestamp', 'pcrs', 'certificate', 'cabundle'] as const),
  ...(['public_key', 'user_data', 'nonce'] as const),
])

/**
 * The tree of a document.
 * @throws {EnclaveError} E_CBOR_…, E_DOCUMENT_TEXT if it is not one item of CBOR, or is too large.
 */
export function structureOf(bytes: Bytes): Node {
  return new Walker(bytes).root()
}

class Walker {
  readonly #bytes: Bytes
  #left = MAX_NODES

  constructor(bytes: Bytes) {
    this.#bytes = bytes
  }

  root(): Node {
    const { byteLength } = this.#bytes
    if (byteLength > MAX_DOCUMENT) throw tooLarge(`at most ${MAX_DOCUMENT} bytes`, `${byteLength} bytes`)
    return this.#envelope(readCbor(this.#bytes, { tags: 'outermost' }), '0')
  }

  #envelope(item: CborItem, id: string): Node {
    if (item.kind === 'tag') {
      const inner = this.#envelope(item.item, `${id}.0`)
      return this.#node(item, 0, { id, label: 'COSE_Sign1', role: 'tag', children: [inner] })
    }
    if (item.kind !== 'array') return this.#plain(item, 0, id, 'document', 'other')
    const children = item.items.map((member, at) =>
      this.#member(member, MEMBERS[at] ?? 'other', `${id}.${at}`),
    )
    return this.#node(item, 0, { id, label: 'COSE_Sign1', role: 'envelope', children })
  }

  #member(item: CborItem, role: Role, id: string): Node {
    const isNested = item.kind === 'bytes' && (role === 'protected' || role === 'payload')
    const inner = isNested ? this.#nested(item.value) : undefined
    if (!inner) return this.#plain(item, 0, id, role, role)
    const base = item.end - (item.kind === 'bytes' ? item.value.byteLength : 0)
    return this.#node(item, 0, { id, label: role, role, children: this.#fields(inner, base, id) })
  }

  /** The item inside of a byte string, if there is one. */
  #nested(bytes: Bytes): CborItem | undefined {
    try {
      return readCbor(Uint8Array.from(bytes))
    } catch {
      return undefined
    }
  }

  /** The entries of a payload or header. */
  #fields(item: CborItem, base: number, id: string): Node[] {
    if (item.kind !== 'map') return [this.#plain(item, base, `${id}.0`, 'content', 'other')]
    return item.entries.map(({ key, value }, at) => {
      const name = key.kind === 'text' || key.kind === 'integer' ? String(key.value) : describe(key)
      const role: Role = FIELDS.has(name) ? (name as Role) : name === '1' ? 'algorithm' : 'other'
      return this.#entry(key, value, { base, id: `${id}.${at}`, name, role })
    })
  }

  #entry(
    key: CborItem,
    value: CborItem,
    { base, id, name, role }: { base: number; id: string; name: string; role: Role },
  ): Node {
    const node = this.#plain(value, base, id, name, role)
    // Its key belongs to it.
    return { ...node, from: base + key.start }
  }

  #plain(item: CborItem, base: number, id: string, label: string, role: Role): Node {
    const inner: Role = role === 'pcrs' ? 'pcr' : role === 'cabundle' ? 'ca' : 'other'
    if (item.kind === 'array') {
      const children = item.items.map((one, at) => this.#plain(one, base, `${id}.${at}`, String(at), inner))
      return this.#node(item, base, { id, label, role, children })
    }
    if (item.kind === 'map') {
      const children = item.entries.map(({ key, value }, at) => {
        const name = key.kind === 'text' || key.kind === 'integer' ? String(key.value) : describe(key)
        return this.#entry(key, value, { base, id: `${id}.${at}`, name, role: inner })
      })
      return this.#node(item, base, { id, label, role, children })
    }
    return this.#node(item, base, { id, label, role, children: [] })
  }

  #node(item: CborItem, base: number, part: Pick<Node, 'id' | 'label' | 'role' | 'children'>): Node {
    this.#left -= 1
    if (this.#left < 0) throw tooLarge(`at most ${MAX_NODES} CBOR items`, 'more')
    const value = part.children.length > 0 ? undefined : shownValue(item)
    const type = describe(item)
    return {
      ...part,
      label: cut(part.label),
      type,
      from: base + item.start,
      to: base + item.end,
      ...(value !== undefined && { value }),
    }
  }
}

/** The CBOR type of an item. */
function describe(item: CborItem): string {
  switch (item.kind) {
    case 'integer':
      return item.width === 0 ? 'integer' : `integer(${item.width * 8} bit)`
    case 'bytes':
      return `bytes(${item.value.byteLength})`
    case 'text':
      return `text(${item.value.length})`
    case 'array':
      return item.indefinite ? 'array(…)' : `array(${item.items.length})`
    case 'map':
      return item.indefinite ? 'map(…)' : `map(${item.entries.length})`
    case 'tag':
      return `tag(${item.tag})`
    case 'simple':
      return 'simple'
  }
}

function shownValue(item: CborItem): string | undefined {
  if (item.kind === 'bytes') return cut(toHex(item.value.subarray(0, MAX_VALUE)))
  if (item.kind === 'text') return cut(item.value)
  return item.kind === 'integer' || item.kind === 'simple' ? String(item.value) : undefined
}

function tooLarge(expected: string, got: string): EnclaveError {
  return new EnclaveError('E_DOCUMENT_TEXT', {
    what: 'this is larger than any attestation document',
    expected,
    got,
  })
}

const cut = (text: string) => (text.length > MAX_VALUE ? `${text.slice(0, MAX_VALUE)}…` : text)

/** A run of bytes of one item; together they are the document. */
export interface Segment {
  readonly id: string
  readonly from: number
  readonly to: number
}

/** The bytes of the tree in order, each with the innermost item that it belongs to. */
export function segmentsOf(root: Node): Segment[] {
  const segments: Segment[] = []
  let at = root.from
  const take = (id: string, to: number) => {
    if (to > at) segments.push({ id, from: at, to })
    at = Math.max(at, to)
  }
  const visit = (node: Node) => {
    for (const child of node.children) {
      take(node.id, child.from)
      visit(child)
    }
    take(node.id, node.to)
  }
  visit(root)
  return segments
}
