/**
 * Prepares components: admits, transpiles and limits them, and caches them by digest, so that the next start of the same
 * image need not wait.
 */
import { type Bytes, toHex } from '../base/bytes.ts'
import type { CompiledModule } from '../base/compiled-module.ts'
import type { PreparedComponent } from '../boundary/program.ts'
import { openSource } from '../image/eif/source.ts'
import { fastestTools, sha256 } from '../image/measure/hash.ts'
import { scan } from '../image/measure/scan.ts'
import type { Preparation } from './preparation.ts'
import { prepareBeside } from './preparer.ts'
import { prepareShipped } from './shipped-engine.ts'

type Modules = ReadonlyMap<string, CompiledModule>

/** A component that can be instantiated. */
export class RunnableComponent {
  readonly prepared: PreparedComponent
  #modules: WeakRef<Modules> | undefined
  #compiling: Promise<Modules> | undefined

  constructor(prepared: PreparedComponent) {
    this.prepared = prepared
  }

  /**
   * The modules, compiled on first use. Only the enclaves that run them keep them: their machine code can be many times
   * the size of their bytes, and goes with the last of these enclaves.
   */
  async modules(): Promise<Modules> {
    const known = this.#modules?.deref()
    if (known) return known
    this.#compiling ??= compileAll(this.prepared.moduleBytes).finally(() => {
      this.#compiling = undefined
    })
    const modules = await this.#compiling
    this.#modules = new WeakRef(modules)
    return modules
  }
}

/** A store of components between runs. Its content is trusted, so nobody else may be able to write to it. */
export interface ComponentStore {
  load(key: string): Promise<PreparedComponent | undefined>
  save(key: string, component: PreparedComponent): void
}

/** Maximum length in bytes of a component that is compared with this release's engine. */
const MAX_ENGINE_LENGTH = 1 << 22

/**
 * Maximum number of cached components, each for one size of memory, and maximum total length of their modules and glue.
 */
const MAX_KEPT = 8
const MAX_KEPT_LENGTH = 1 << 25

const kept = new Map<string, Promise<RunnableComponent>>()
/** The lengths of the cached components. */
const lengths = new Map<string, number>()

/** Options for preparing a component. */
export interface PrepareOptions {
  memoryBytes: number
  crypto?: Bytes | undefined
  store?: ComponentStore | undefined
}

/**
 * Prepares `component` for running within `memoryBytes`, together with the module `crypto` if it is the engine.
 * @throws {EnclaveError} E_ADMISSION_..., E_COMPONENT_LINK, E_COMPONENT_COMPILE.
 */
export async function prepareComponent(
  component: Bytes,
  { memoryBytes, crypto, store }: PrepareOptions,
): Promise<RunnableComponent> {
  const name = await digestOf(component)
  const key = `${name} ${memoryBytes} ${crypto && (await digestOf(crypto))}`
  const ready = kept.get(key) ?? obtain(key, store, () => makeReady(name, { component, memoryBytes, crypto }))
  // Moves it to the end: the least recently used is dropped first.
  kept.delete(key)
  kept.set(key, ready)
  ready.then(
    ({ prepared }) => {
      if (kept.has(key)) lengths.set(key, lengthOf(prepared))
      forgetOldest()
    },
    () => kept.delete(key),
  )
  forgetOldest()
  return ready
}

/** Drops all cached components. */
export function forgetComponents(): void {
  kept.clear()
  lengths.clear()
}

/** Number of cached components, and the total length of their modules and glue. */
export function keptComponents(): { count: number; length: number } {
  return { count: kept.size, length: [...lengths.values()].reduce((sum, each) => sum + each, 0) }
}

/** Running enclaves are not affected: the cache is only for later starts. */
function forgetOldest(): void {
  for (const oldest of kept.keys()) {
    const { count, length } = keptComponents()
    if (count <= MAX_KEPT && length <= MAX_KEPT_LENGTH) return
    kept.delete(oldest)
    lengths.delete(oldest)
  }
}

function lengthOf({ glue, moduleBytes }: PreparedComponent): number {
  return [...moduleBytes.values()].reduce((sum, { byteLength }) => sum + byteLength, glue.length)
}

async function obtain(
  key: string,
  store: ComponentStore | undefined,
  make: () => Promise<PreparedComponent>,
): Promise<RunnableComponent> {
  let prepared = await store?.load(key)
  if (!prepared) {
    prepared = await make()
    store?.save(key, prepared)
  }
  return new RunnableComponent(prepared)
}

async function compileAll(moduleBytes: ReadonlyMap<string, Bytes>): Promise<Modules> {
  const compiled = [...moduleBytes].map(
    async ([name, module]) => [name, await WebAssembly.compile(module)] as const,
  )
  return new Map(await Promise.all(compiled))
}

/** This release's own engine is prepared in advance. Everything else is prepared in another thread. */
async function makeReady(name: string, preparation: Preparation): Promise<PreparedComponent> {
  return (await prepareShipped(name, preparation)) ?? prepareBeside(preparation)
}

/**
 * The cache key of a component. PCR0 would not do, because many images contain the same component. Large components are
 * hashed in pieces, so that other tasks can run in between.
 */
async function digestOf(bytes: Bytes): Promise<string> {
  if (bytes.length <= MAX_ENGINE_LENGTH) return toHex(await sha256(bytes))
  const hash = (await fastestTools()).sha384()
  await scan(await openSource(bytes), async (piece) => hash.update(piece))
  return toHex(await hash.digest())
}
