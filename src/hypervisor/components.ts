/**
 * Components made ready to run: admitted, transpiled, clamped and compiled, and kept under their digest so that the
 * next start of the same image waits for none of it.
 */
import { admit, admitModule, clampModules } from '../admission/index.ts'
import { type Bytes, toHex } from '../base/bytes.ts'
import { readArchive } from '../image/cpio.ts'
import { sha256, sha384 } from '../image/hash.ts'
import { openSource } from '../image/source.ts'
import { CRYPTO_MODULE } from '../kernel/crypto.ts'
import { ARTEFACTS, readArtefact } from '../platform/artefacts.ts'
import { type Transpiled, transpile } from './transpile.ts'

/** A component that has passed, in the form that is kept between runs. */
export interface PreparedComponent {
  /** An ES module that exports `instantiate`. */
  glue: string
  /** The core modules by the names that the glue asks for, clamped. */
  moduleBytes: ReadonlyMap<string, Bytes>
  /** What V8 has made of the kernel and the glue, where that is kept too. */
  code?: Bytes | undefined
  /** The file's name, where a store keeps it as an enclave's process reads it: what is in such a file never changes. */
  name?: string
}

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

/** What the engine imports beyond the world: its application, and WASI under another name. */
const ENGINE_IMPORTS = [
  'webclave:engine/application@0.1.0',
  'webclave:engine/crypto@0.1.0',
  'webclave:cli/environment@0.2.0',
  'webclave:cli/exit@0.2.0',
  'webclave:cli/stderr@0.2.0',
  'webclave:cli/stdout@0.2.0',
  'webclave:clocks/monotonic-clock@0.2.0',
  'webclave:clocks/wall-clock@0.2.0',
  'webclave:io/error@0.2.0',
  'webclave:io/poll@0.2.0',
  'webclave:io/streams@0.2.0',
  'webclave:random/random@0.2.0',
]
const ENGINE_EXPORT = 'webclave:engine/loop@0.1'

/** Components and memory sizes that are kept ready. */
const MAX_KEPT = 8

const kept = new Map<string, Promise<RunnableComponent>>()

/** The crypto module may have this part of what the engine and it have together: one of so many. */
const CRYPTO_SHARE = 4

/** What it is made ready for. */
interface Preparation {
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
  { memoryBytes, crypto: beside, store }: Preparation,
): Promise<RunnableComponent> {
  const key = `${await digestOf(component)} ${memoryBytes} ${beside && (await digestOf(beside))}`
  const ready = kept.get(key) ?? obtain(key, store, () => makeReady(component, memoryBytes, beside))
  // Most recently used last; the oldest goes first.
  kept.delete(key)
  kept.set(key, ready)
  for (const oldest of kept.keys()) if (kept.size > MAX_KEPT) kept.delete(oldest)
  ready.catch(() => kept.delete(key))
  return ready
}

/** Forgets every component that was kept ready. */
export function forgetComponents(): void {
  kept.clear()
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

async function makeReady(
  component: Bytes,
  memoryBytes: number,
  beside: Bytes | undefined,
): Promise<PreparedComponent> {
  const besideBytes = beside ? memoryBytes / CRYPTO_SHARE : 0
  const clampedBeside = beside && admitModule(beside, { memoryBytes: besideBytes })
  const { component: clamped } = admit(component, {
    memoryBytes: memoryBytes - besideBytes,
    startDeadline: true,
    ...(beside && { allowedImports: ENGINE_IMPORTS, requiredExport: ENGINE_EXPORT }),
  })
  const { glue, modules } =
    (await shippedEngine(toHex(await sha384(component)))) ?? (await transpile(component))
  const moduleBytes = new Map(clampModules(component, clamped, modules))
  if (clampedBeside) moduleBytes.set(CRYPTO_MODULE, clampedBeside)
  return { glue, moduleBytes }
}

async function digestOf(bytes: Bytes): Promise<string> {
  return toHex(await sha256(bytes))
}

/** This release's engine comes transpiled already: no TypeScript application waits for jco. */
async function shippedEngine(digest: string): Promise<Transpiled | undefined> {
  const decoder = new TextDecoder()
  const list = JSON.parse(decoder.decode(await readArtefact(ARTEFACTS.list))) as {
    engine: { sha384: string }
  }
  if (list.engine.sha384 !== digest) return undefined
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
