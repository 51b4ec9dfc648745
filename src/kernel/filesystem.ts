/**
 * wasi:filesystem with one preopened directory, `/`: the image's own files, read-only. Paths are hostile: they are
 * looked up in Maps, never as object properties, and nothing exists outside the tree.
 */
import { defineResource, type ResourceObject, type ResourceType } from './resource.ts'
import type { Streams } from './streams.ts'

/** Maximum number of bytes per read. */
const MAX_READ = 65536
/** Bytes of a path, at most, as everywhere: a longer one of slashes would be an array that ends V8's whole process. */
const MAX_PATH = 4096
/** Directories of an image, at most: its files' names could have some hundred each. */
const MAX_DIRECTORIES = 16384
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
/** A place in a directory, which never changes: no copy of it, of which a guest could have very many. */
class DirectoryEntries {
  readonly left: Iterator<[string, Node]>
  constructor(left: Iterator<[string, Node]>) {
    this.left = left
  }
}

function treeOf(files: ReadonlyMap<string, Uint8Array>): Directory {
  const root = new Directory()
  let count = 0
  for (const [path, bytes] of files) {
    const names = path.split('/')
    const name = names.pop()!
    let directory = root
    for (const step of names) {
      let next = directory.entries.get(step)
      if (!(next instanceof Directory)) {
        if (++count > MAX_DIRECTORIES)
          throw new Error(`its files are in more than ${MAX_DIRECTORIES} directories`)
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

function checkLength(path: string): void {
  // A text has at least as many bytes as units: what is encoded is short.
  if (path.length > MAX_PATH || encoder.encode(path).byteLength > MAX_PATH) fail('name-too-long')
}

function lookUp({ node, path }: Descriptor, relative: string): Descriptor {
  checkLength(relative)
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
/** The same of a function that takes paths, among whatever else. */
const readOnlyAt = (_: unknown, ...args: unknown[]) => {
  for (const path of args) if (typeof path === 'string') checkLength(path)
  readOnly()
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
        const { done, value } = left.next()
        return done ? undefined : { name: value[0], type: typeOf(value[1]) }
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
        return entries.create(new DirectoryEntries(node.entries.entries()))
      },
    },
    createDirectoryAt: { call: readOnlyAt },
    stat: { call: stat },
    statAt: { call: (descriptor, _: unknown, path: string) => stat(lookUp(descriptor, path)) },
    setTimesAt: { call: readOnlyAt },
    linkAt: { call: readOnlyAt },
    openAt: {
      call: (
        descriptor,
        _: unknown,
        path: string,
        open: { create?: boolean; directory?: boolean; truncate?: boolean },
        flags: { write?: boolean; mutateDirectory?: boolean },
      ) => {
        checkLength(path)
        if (open.create || open.truncate || flags.write || flags.mutateDirectory) readOnly()
        const found = lookUp(descriptor, path)
        if (open.directory && !(found.node instanceof Directory)) throw new FileFailure('not-directory')
        return descriptors.create(found)
      },
    },
    readlinkAt: {
      call: (_, path: string) => {
        checkLength(path)
        fail('invalid')
      },
    },
    removeDirectoryAt: { call: readOnlyAt },
    renameAt: { call: readOnlyAt },
    symlinkAt: { call: readOnlyAt },
    unlinkFileAt: { call: readOnlyAt },
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
