/**
 * Prepares a component: admits, transpiles and limits it. The time depends on the size of the component, which may be
 * hostile, so this runs in a Worker (`preparer.ts`).
 */
import { admit, admitModule, limitModules, type Survey, surveyComponent } from '../admission/index.ts'
import type { Bytes } from '../base/bytes.ts'
import { CRYPTO_MODULE } from '../boundary/boot-message.ts'
import type { PreparedComponent } from '../boundary/program.ts'
import type { Transpiled } from './transpile.ts'

/** The component to prepare, and its memory. */
export interface Preparation {
  component: Bytes
  memoryBytes: number
  /** The crypto module, if the component is an engine. */
  crypto: Bytes | undefined
}

/** The engine's imports beyond the world: its application, and WASI under another name. */
const ENGINE_IMPORTS = [
  'webclave:engine/application@0.1.0',
  'webclave:engine/crypto@0.1.0',
  'webclave:engine/tls@0.1.0',
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

/** The crypto module gets one part in this many of the memory that engine and crypto module share. */
const CRYPTO_SHARE = 4

/** How the engine is admitted. */
const ENGINE = { startDeadline: true, allowedImports: ENGINE_IMPORTS, requiredExport: ENGINE_EXPORT } as const

/** What admission finds in an engine. @throws {EnclaveError} E_ADMISSION_.... */
export const surveyEngine = (engine: Bytes): Survey => surveyComponent(engine, ENGINE)

/** Divides the memory between the component and the crypto module, in bytes. */
export function dividedMemory(
  memoryBytes: number,
  hasCrypto: boolean,
): { component: number; crypto: number } {
  const crypto = hasCrypto ? memoryBytes / CRYPTO_SHARE : 0
  return { component: memoryBytes - crypto, crypto }
}

/**
 * Prepares `component` for running within `memoryBytes`; calls `transpile` after admission.
 * @throws {EnclaveError} E_ADMISSION_..., and the errors of `transpile`.
 */
export async function prepare(
  { component, memoryBytes, crypto }: Preparation,
  transpile: (component: Bytes) => Promise<Transpiled> | Transpiled,
): Promise<PreparedComponent> {
  const memory = dividedMemory(memoryBytes, crypto !== undefined)
  const limitedCrypto = crypto && admitModule(crypto, { memoryBytes: memory.crypto })
  const { limits } = admit(component, {
    memoryBytes: memory.component,
    ...(crypto ? ENGINE : { startDeadline: true }),
  })
  const { glue, modules } = await transpile(component)
  const moduleBytes = limitModules(modules, limits)
  if (limitedCrypto) moduleBytes.set(CRYPTO_MODULE, limitedCrypto)
  return { glue, moduleBytes }
}
