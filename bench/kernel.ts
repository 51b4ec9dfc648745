/** One imported call of a component, through jco's glue and the kernel, compared with a bare WebAssembly import. */
import { parse } from '@bytecodealliance/jco'
import type { BootMessage } from '../src/boundary/boot-message.ts'
import { SHARED_LENGTH } from '../src/boundary/shared-memory.ts'
import { transpileWith } from '../src/hypervisor/transpile.ts'
import type { Instantiate } from '../src/kernel/boot.ts'
import { createImports } from '../src/kernel/imports.ts'
import { KernelLink } from '../src/kernel/link.ts'
import { RingChannel } from '../src/kernel/ring-channel.ts'
import { ARTEFACTS } from '../src/platform/artefacts.ts'
import { type Benchmark, timed } from './harness.ts'

const CALLS = 200_000
const LOOP = `(local $left i32) (local.set $left (i32.const ${CALLS}))
  (loop (drop (call $now)) (br_if 0 (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))`

const COMPONENT = `(component
  (import "wasi:clocks/monotonic-clock@0.2.0" (instance $clock (export "now" (func (result u64)))))
  (core func $now (canon lower (func $clock "now")))
  (core module $m (import "clock" "now" (func $now (result i64)))
    (func (export "run") (result i32) ${LOOP} (i32.const 0)))
  (core instance $i (instantiate $m (with "clock" (instance (export "now" (func $now))))))
  (func $run (result (result)) (canon lift (core func $i "run")))
  (instance $runs (export "run" (func $run)))
  (export "wasi:cli/run@0.2.0" (instance $runs)))`

const BARE = `(module (import "clock" "now" (func $now (result i64))) (func (export "run") ${LOOP}))`

async function componentRun(): Promise<() => void> {
  const { glue, modules } = await transpileWith(ARTEFACTS.transpiler.href)(
    new Uint8Array(await parse(COMPONENT)),
  )
  const { instantiate } = (await import(`data:text/javascript,${encodeURIComponent(glue)}`)) as {
    instantiate: Instantiate
  }
  const compiled = new Map([...modules].map(([name, bytes]) => [name, new WebAssembly.Module(bytes)]))
  const now = () => performance.now()
  const channel = new RingChannel(new SharedArrayBuffer(SHARED_LENGTH), now)
  const message: BootMessage = {
    cid: 4,
    bufferPool: 1 << 20,
    debug: false,
    modules: compiled,
    args: [],
    env: [],
    files: new Map(),
    source: undefined,
  }
  const link = new KernelLink(channel, 4, 1 << 20, now)
  const component = (await instantiate(
    (name) => compiled.get(name)!,
    createImports(message, channel, link, { wallClock: Date.now, stackLength: 0 }),
    (module, imports) => new WebAssembly.Instance(module, imports),
  )) as { run: { run(): void } }
  return () => component.run.run()
}

async function bareRun(): Promise<() => void> {
  const module = new WebAssembly.Module(new Uint8Array(await parse(BARE)))
  const now = () => BigInt(Math.floor(performance.now())) * 1_000_000n
  const { exports } = new WebAssembly.Instance(module, { clock: { now } })
  return exports['run'] as () => void
}

export const kernel: Benchmark = {
  room: 'kernel',
  async measurements() {
    const [component, bare] = await Promise.all([componentRun(), bareRun()])
    const perCall = async (run: () => void) => ((await timed(async () => run())) * 1e6) / CALLS
    return {
      rows: [
        {
          name: 'one import call that does not wait',
          unit: 'ns',
          samples: 21,
          subject: () => perCall(component),
          goal: { atMost: 300 },
        },
        {
          name: 'one import call (clock), against a bare import of the same',
          unit: 'ns',
          samples: 21,
          subject: () => perCall(component),
          baseline: () => perCall(bare),
        },
      ],
      tearDown: async () => {},
    }
  },
}
