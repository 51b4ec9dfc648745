/** What an enclave's kernel holds for a guest's calls, beside its link. */
import { createFilesystem } from '../../src/kernel/filesystem.ts'
import { Rig } from '../kernel/rig.ts'
import { DRIVEN, type MemoryRow, MIB } from './row.ts'

interface Descriptor {
  openAt(at: object, path: string, open: object, flags: object): Descriptor
  readDirectory(): unknown
}

function rootOf(paths: readonly string[]): Descriptor {
  const files = new Map(paths.map((path) => [path, new Uint8Array(0)]))
  const { preopens } = createFilesystem(files, new Rig().streams)
  return (preopens['getDirectories'] as () => [Descriptor, string][])()[0]![0]
}

/** What `open` gives until handles have run out, and `times` calls in all. */
function openAll(times: number, open: () => unknown): unknown[] {
  const opened: unknown[] = []
  for (let at = 0; at < times; at++) {
    try {
      opened.push(open())
    } catch {
      // There are no more handles.
    }
  }
  return opened
}

/** As long as an archive's name can be, and as a path of this can. */
const NAME = 1023
const PATH = 4096

export const kernelRows: Readonly<Record<string, MemoryRow>> = {
  'open files and directories': {
    bound: 24 * MIB,
    async drive() {
      const path = `${'d/'.repeat(NAME >> 1)}f`
      const root = rootOf([path])
      const longest = './'.repeat((PATH - NAME) >> 1) + path
      return openAll(DRIVEN / PATH, () => root.openAt({}, longest, {}, {}))
    },
  },
  'directories of its image': {
    bound: 8 * MIB,
    async drive() {
      const steps = 'd/'.repeat((NAME >> 1) - 8)
      const paths = (count: number) => Array.from({ length: count }, (_, at) => `${at}/${steps}f`)
      // Far beyond the bound, which gives nothing, and at it.
      return [2048, 32].map((count) => openAll(1, () => rootOf(paths(count))))
    },
  },
  'streams of a directory': {
    bound: 4 * MIB,
    async drive() {
      const names = Array.from({ length: 1024 }, (_, at) => `${at}`)
      const root = rootOf(names)
      return openAll(DRIVEN / (16 * names.length), () => root.readDirectory())
    },
  },
}
