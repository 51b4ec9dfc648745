/**
 * wasi:filesystem with one preopened directory, `/`: the image's own files, read-only. Paths are hostile: they are
 * looked up in Maps, never as object properties, and nothing exists outside the tree.
 */
import { defineResource, type ResourceObject, type ResourceType } from './resource.ts'
import type { Streams } from './streams.ts'

/** Maximum number of bytes per read. */
const MAX_READ = 65536
const encoder = new TextEncoder()

/** An error-code of the interface, in the form that the glue expects. */
class FileFailure extends Error {
  readonly payload: string
  constructor(payload: string) {
    super(payload)
    this.payload = payload
  }
}

type Node = Uint8Array | Directory
class Directory {
  readonly entries: Map<string, Node> = new Map()
}
class Descriptor {
  readonly node: Node
  readonly path: string
  constructor(node: Node, path: string) {
    this.node = node
    this.path = path
  }
}
class DirectoryEntries {
  readonly left: [string, Node][]
  constructor(left: [string, Node][]) {
    this.left = left
  }
}

function treeOf(files: ReadonlyMap<string, Uint8Array>): Directory {
  const root = new Directory()
  for (const [path, bytes] of files) {
    const names = path.split('/')
    const name = names.pop()!
    let directory = root
    for (const step of names) {
      let next = directory.entries.get(step)
      if (!(next instanceof Directory)) {
        next = new Directory()
        directory.entries.set(step, next)
      }
      directory = next
    }
    directory.entries.set(name, bytes)
  }
  return root
}

const typeOf = (node: Node) => (node instanceof Directory ? 'directory' : 'regular-file')
const sizeOf = (node: Node) => BigInt(node instanceof Directory ? 0 : node.byteLength)

function fileOf({ node }: Descriptor): Uint8Array {
  if (node instanceof Directory) throw new FileFailure('is-directory')
  return node
}

function lookUp({ node, path }: Descriptor, relative: string): Descriptor {
  if (relative.startsWith('/')) throw new FileFailure('not-permitted')
  const trail = [node]
  const names = path === '' ? [] : path.split('/')
  const depth = names.length
  for (const step of relative.split('/')) {
    const here = trail.at(-1)!
    if (step === '' || step === '.') continue
    if (step === '..') {
      if (trail.length === 1) throw new FileFailure('not-permitted')
      trail.pop()
      names.pop()
      continue
    }
    if (!(here instanceof Directory)) throw new FileFailure('not-directory')
    const next = here.entries.get(step)
    if (next === undefined) throw new FileFailure('no-entry')
    trail.push(next)
    names.push(step)
  }
  return new Descriptor(trail.at(-1)!, names.slice(0, depth + trail.length - 1).join('/'))
}

/** FNV-1a of the path, with two different seeds. It identifies the file; files never change. */
function metadataHash(path: string): { upper: bigint; lower: bigint } {
  const hash = (seed: bigint) =>
    encoder
      .encode(path)
      .reduce((sum, byte) => BigInt.asUintN(64, (sum ^ BigInt(byte)) * 0x100000001b3n), seed)
  return { upper: hash(0xcbf29ce484222325n), lower: hash(0x84222325cbf29ce4n) }
}

const readOnly = () => {
  throw new FileFailure('read-only')
}
const nothing = () => {}

/** Creates both interfaces for the image's files, by relative path. */
export function createFilesystem(
  files: ReadonlyMap<string, Uint8Array>,
  streams: Streams,
): Record<'types' | 'preopens', Record<string, unknown>> {
  const stat = ({ node }: Descriptor) => ({ type: typeOf(node), linkCount: 1n, size: sizeOf(node) })
  const entries = defineResource(DirectoryEntries, {
    readDirectoryEntry: {
      call: ({ left }) => {
        const next = left.shift()
        return next && { name: next[0], type: typeOf(next[1]) }
      },
    },
  })
  const descriptors: ResourceType<Descriptor> = defineResource(Descriptor, {
    readViaStream: { call: (descriptor, offset: bigint) => readFrom(fileOf(descriptor), offset, streams) },
    writeViaStream: { call: readOnly },
    appendViaStream: { call: readOnly },
    advise: { call: nothing },
    syncData: { call: nothing },
    sync: { call: nothing },
    getFlags: { call: () => ({ read: true }) },
    getType: { call: ({ node }) => typeOf(node) },
    setSize: { call: readOnly },
    setTimes: { call: readOnly },
    read: {
      call: (descriptor, length: bigint, offset: bigint) => {
        const file = fileOf(descriptor)
        const start = Number(offset < sizeOf(file) ? offset : sizeOf(file))
        const bytes = file.slice(start, start + Number(length < BigInt(MAX_READ) ? length : BigInt(MAX_READ)))
        return [bytes, start + bytes.byteLength >= file.byteLength]
      },
    },
    write: { call: readOnly },
    readDirectory: {
      call: ({ node }) => {
        if (!(node instanceof Directory)) throw new FileFailure('not-directory')
        return entries.create(new DirectoryEntries([...node.entries]))
      },
    },
    createDirectoryAt: { call: readOnly },
    stat: { call: stat },
    statAt: { call: (descriptor, _: unknown, path: string) => stat(lookUp(descriptor, path)) },
    setTimesAt: { call: readOnly },
    linkAt: { call: readOnly },
    openAt: {
      call: (
        descriptor,
        _: unknown,
        path: string,
        open: { create?: boolean; directory?: boolean; truncate?: boolean },
        flags: { write?: boolean; mutateDirectory?: boolean },
      ) => {
        if (open.create || open.truncate || flags.write || flags.mutateDirectory) readOnly()
        const found = lookUp(descriptor, path)
        if (open.directory && !(found.node instanceof Directory)) throw new FileFailure('not-directory')
        return descriptors.create(found)
      },
    },
    readlinkAt: { call: () => fail('invalid') },
    removeDirectoryAt: { call: readOnly },
    renameAt: { call: readOnly },
    symlinkAt: { call: readOnly },
    unlinkFileAt: { call: readOnly },
    isSameObject: { call: ({ node }, other: ResourceObject) => node === descriptors.stateOf(other).node },
    metadataHash: { call: ({ path }) => metadataHash(path) },
    metadataHashAt: {
      call: (descriptor, _: unknown, path: string) => metadataHash(lookUp(descriptor, path).path),
    },
  })
  const root = treeOf(files)
  return {
    types: {
      Descriptor: descriptors.resourceClass,
      DirectoryEntryStream: entries.resourceClass,
      filesystemErrorCode: () => undefined,
    },
    preopens: { getDirectories: () => [[descriptors.create(new Descriptor(root, '')), '/']] },
  }
}

function fail(code: string): never {
  throw new FileFailure(code)
}

function readFrom(file: Uint8Array, offset: bigint, streams: Streams): ResourceObject {
  let at = Number(offset < BigInt(file.byteLength) ? offset : BigInt(file.byteLength))
  return streams.createInput({
    get available() {
      return file.byteLength - at
    },
    read(target) {
      const bytes = file.subarray(at, at + target.byteLength)
      target.set(bytes)
      at += bytes.byteLength
      return bytes.byteLength
    },
    get ended() {
      return at >= file.byteLength
    },
    failure: undefined,
    drop: nothing,
  })
}
