/**
 * Components made ready to run: admitted, transpiled, clamped and compiled, and kept under their digest so that the
 * next start of the same image waits for none of it.
 */
import { type Bytes, toHex } from '../base/bytes.ts'
import type { PreparedComponent } from '../boundary/program.ts'
import { readArchive } from '../image/eif/cpio.ts'
import { openSource } from '../image/eif/source.ts'
import { fastestTools, sha256 } from '../image/measure/hash.ts'
import { scan } from '../image/measure/scan.ts'
import { ARTEFACTS, readArtefact } from '../platform/artefacts.ts'
import { type Preparation, prepare } from './preparation.ts'
import { prepareBeside } from './preparer.ts'
import type { Transpiled } from './transpile.ts'

/** A component that can be instantiated. */
export class RunnableComponent {
  readonly prepared: PreparedComponent
  #modules: Promise<ReadonlyMap<string, WebAssembly.Module>> | undefined

  constructor(prepared: PreparedComponent) {
    this.prepared = prepared
  }

  /** The modules, compiled when they are first asked for. */
  modules(): Promise<ReadonlyMap<string, WebAssembly.Module>> {
    this.#modules ??= compileAll(this.prepared.moduleBytes)
    return this.#modules
  }
}

/** Where components are kept between runs. What it gives is believed: nobody else may write there. */
export interface ComponentStore {
  load(key: string): Promise<PreparedComponent | undefined>
  save(key: string, component: PreparedComponent): void
}

/** Bytes of an engine, at most, that may be this release's. */
const MAX_ENGINE_LENGTH = 1 << 22

/** Components that are kept ready, each for one size of memory, and the bytes of all their modules and glue, at most. */
const MAX_KEPT = 8
const MAX_KEPT_LENGTH = 1 << 25

const kept = new Map<string, Promise<RunnableComponent>>()
/** The bytes of those that are ready. */
const lengths = new Map<string, number>()

/** What it is made ready for. */
export interface PrepareOptions {
  memoryBytes: number
  crypto?: Bytes | undefined
  store?: ComponentStore | undefined
}

/**
 * Makes `component` ready to run within `memoryBytes`; with `crypto`, the module beside it, where it is the engine.
 * @throws {EnclaveError} E_ADMISSION_..., E_COMPONENT_LINK, E_COMPONENT_COMPILE.
 */
export async function prepareComponent(
  component: Bytes,
  { memoryBytes, crypto, store }: PrepareOptions,
): Promise<RunnableComponent> {
  const name = await digestOf(component)
  const key = `${name} ${memoryBytes} ${crypto && (await digestOf(crypto))}`
  const ready = kept.get(key) ?? obtain(key, store, () => makeReady(name, { component, memoryBytes, crypto }))
  // Most recently used last; the oldest goes first.
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

/** Forgets every component that was kept ready. */
export function forgetComponents(): void {
  kept.clear()
  lengths.clear()
}

/** How many are kept ready, and the bytes of their modules and glue. */
export function keptComponents(): { count: number; length: number } {
  return { count: kept.size, length: [...lengths.values()].reduce((sum, each) => sum + each, 0) }
}

/** What an enclave runs, it has; what is kept is for the next start only. */
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

async function compileAll(
  moduleBytes: ReadonlyMap<string, Bytes>,
): Promise<ReadonlyMap<string, WebAssembly.Module>> {
  const compiled = [...moduleBytes].map(
    async ([name, module]) => [name, await WebAssembly.compile(module)] as const,
  )
  return new Map(await Promise.all(compiled))
}

/** This release's own engine is small and no stranger's: it is made ready at once. Everything else is in another thread. */
async function makeReady(name: string, preparation: Preparation): Promise<PreparedComponent> {
  const engine = preparation.crypto && (await shippedEngine(name))
  return engine ? prepare(preparation, () => engine) : prepareBeside(preparation)
}

/**
 * What a component is known by: one component runs in many images, so PCR0 would not do. A large one is hashed in pieces, so
 * that other tasks have their turn.
 */
async function digestOf(bytes: Bytes): Promise<string> {
  if (bytes.length <= MAX_ENGINE_LENGTH) return toHex(await sha256(bytes))
  const hash = (await fastestTools()).sha384()
  await scan(await openSource(bytes), async (piece) => hash.update(piece))
  return toHex(await hash.digest())
}

/** This release's engine comes transpiled already: no TypeScript application waits for jco. */
async function shippedEngine(name: string): Promise<Transpiled | undefined> {
  const decoder = new TextDecoder()
  const list = JSON.parse(decoder.decode(await readArtefact(ARTEFACTS.list))) as {
    engine: { sha256: string }
  }
  if (list.engine.sha256 !== name) return undefined
  const [glue, archive] = await Promise.all([
    readArtefact(ARTEFACTS.engineGlue),
    readArtefact(ARTEFACTS.engineModules),
  ])
  const entries = await readArchive(await openSource(archive), 'the engine')
  return {
    glue: decoder.decode(glue),
    modules: new Map(
      entries.map(({ name, offset, size }) => [name, archive.slice(offset, offset + size)] as const),
    ),
  }
}
