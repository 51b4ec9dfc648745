/** The memory that an enclave's kernel uses for a guest's calls, besides its link. */

import { transpileWith } from '../../src/hypervisor/transpile.ts'
import { createFilesystem } from '../../src/kernel/filesystem.ts'
import { ARTEFACTS } from '../../src/platform/artefacts.ts'
import { startWorker } from '../../src/platform/worker.ts'
import { Rig } from '../kernel/rig.ts'
import { fromText } from '../support/components.ts'
import { breathe, DRIVEN, type MemoryRow, MIB } from './row.ts'

interface Descriptor {
  openAt(at: object, path: string, open: object, flags: object): Descriptor
  readDirectory(): unknown
}

function rootOf(paths: readonly string[]): Descriptor {
  const files = new Map(paths.map((path) => [path, new Uint8Array(0)]))
  const { preopens } = createFilesystem(files, new Rig().streams)
  return (preopens['getDirectories'] as () => [Descriptor, string][])()[0]![0]
}

/** The results of `times` calls of `open`, some of which fail when there are no more handles. */
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

/** The maximum length of a name in an archive, and of a path. */
const NAME = 1023
const PATH = 4096

/** The export of a component's glue. */
interface Glue {
  instantiate(getCore: () => WebAssembly.Module, imports: object): Promise<{ run: { run(): void } }>
}
/** Instantiates a component that creates two million waitable sets. */
let makingSets: () => ReturnType<Glue['instantiate']>

async function prepareSets(): Promise<void> {
  const component = await fromText(`(component
    (core func $new (canon waitable-set.new))
    (core module $m (import "k" "new" (func $new (result i32)))
      (func (export "run") (result i32) (local $at i32)
        (loop $again
          (drop (call $new))
          (local.set $at (i32.add (local.get $at) (i32.const 1)))
          (br_if $again (i32.lt_u (local.get $at) (i32.const ${1 << 21}))))
        (i32.const 0)))
    (core instance $i (instantiate $m (with "k" (instance (export "new" (func $new))))))
    (func $run (result (result)) (canon lift (core func $i "run")))
    (instance $runs (export "run" (func $run)))
    (export "wasi:cli/run@0.2.0" (instance $runs)))`)
  const { glue, modules } = await transpileWith(ARTEFACTS.transpiler.href)(component)
  const { instantiate }: Glue = await import(`data:text/javascript,${encodeURIComponent(glue)}`)
  const [core] = await Promise.all([...modules.values()].map((bytes) => WebAssembly.compile(bytes)))
  makingSets = () => instantiate(() => core!, {})
}

/** A kernel that calls itself without end, many times, then sets the first word of its message and never ends. */
const RECURSIVE_KERNEL = `const webclaveKernel = { emptyScope() {}, async boot(done) {
  const deeper = () => deeper() + 1
  for (let times = 0; times < ${DRIVEN / (32 * MIB)}; times++) try { deeper() } catch {}
  Atomics.store(done, 0, 1)
  // A Worker that has ended has no stack.
  Atomics.wait(done, 0, 1)
} }
`

export const kernelRows: Readonly<Record<string, MemoryRow>> = {
  'V8’s stack': {
    bound: 32 * MIB,
    async drive() {
      const done = new Int32Array(new SharedArrayBuffer(4))
      const worker = await startWorker(RECURSIVE_KERNEL, 'const instantiate = undefined\n', done)
      while (Atomics.load(done, 0) === 0) await breathe()
      return worker
    },
  },
  'handles of its own, waitable sets and subtasks': {
    bound: 24 * MIB,
    prepare: prepareSets,
    async drive() {
      const component = await makingSets()
      try {
        component.run.run()
      } catch {
        // There are no more.
      }
      return component
    },
  },
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
      // Far above the limit, which fails, and at the limit.
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
