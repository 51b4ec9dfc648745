/** A read-only tree of files as a guest sees it. */
import { expect } from 'vitest'
import { createFilesystem } from '../../src/kernel/filesystem.ts'
import { Rig } from './rig.ts'

type Flags = Readonly<Record<string, boolean>>
interface Input {
  read(length: bigint): Uint8Array
}
export interface Entries {
  readDirectoryEntry(): { name: string; type: string } | undefined
}
export interface Descriptor {
  stat(): unknown
  statAt(flags: Flags, path: string): unknown
  getType(): string
  getFlags(): unknown
  read(length: bigint, offset: bigint): [Uint8Array, boolean]
  readViaStream(offset: bigint): Input
  readDirectory(): Entries
  openAt(at: Flags, path: string, open: Flags, flags: Flags): Descriptor
  readlinkAt(path: string): string
  isSameObject(other: Descriptor): boolean
  metadataHash(): { upper: bigint; lower: bigint }
  metadataHashAt(flags: Flags, path: string): { upper: bigint; lower: bigint }
  [name: string]: unknown
}

export const long: Uint8Array = new Uint8Array(70_000).map((_, at) => at)
export const FILES: ReadonlyMap<string, Uint8Array> = new Map([
  ['a', Uint8Array.of(1, 2, 3, 4, 5)],
  ['long', long],
  ['d/e/f', Uint8Array.of(9)],
  ['d/g', new Uint8Array(0)],
  ['__proto__', Uint8Array.of(6)],
  ['foobar', new Uint8Array(0)],
])

export interface Filesystem {
  readonly types: unknown
  readonly opened: [Descriptor, string][]
  readonly root: Descriptor
}

export function filesystem(files: ReadonlyMap<string, Uint8Array> = FILES): Filesystem {
  const { types, preopens } = createFilesystem(files, new Rig().streams)
  const opened = (preopens['getDirectories'] as () => [Descriptor, string][])()
  return { types, opened, root: opened[0]![0] }
}

/** The root of `FILES`. */
export const root: Descriptor = filesystem().root

export const at = (path: string, from: Descriptor = root): Descriptor => from.openAt({}, path, {}, {})

/** The error whose payload is the code. */
export const code = (payload: string): Error => expect.objectContaining({ payload })

export function namesIn(directory: Descriptor): { name: string; type: string }[] {
  const entries = directory.readDirectory()
  const found = []
  for (let next = entries.readDirectoryEntry(); next; next = entries.readDirectoryEntry()) found.push(next)
  return found
}
