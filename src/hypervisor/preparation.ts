/**
 * Makes a component ready: admitted, transpiled, limited. It takes as long as the component is large, and runs in a Worker
 * beside the parent's thread (`preparer.ts`), for anybody may have made the component.
 */
import { admit, admitModule, limitModules } from '../admission/index.ts'
import type { Bytes } from '../base/bytes.ts'
import { CRYPTO_MODULE } from '../boundary/boot-message.ts'
import type { PreparedComponent } from '../boundary/program.ts'
import type { Transpiled } from './transpile.ts'

/** What is made ready, and for how much memory. */
export interface Preparation {
  component: Bytes
  memoryBytes: number
  /** The crypto module beside it, where it is an engine. */
  crypto: Bytes | undefined
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

/** The crypto module may have this part of what the engine and it have together: one of so many. */
const CRYPTO_SHARE = 4

/**
 * Makes `component` ready to run within `memoryBytes`; `transpile` is asked once admission has passed it.
 * @throws {EnclaveError} E_ADMISSION_..., and what `transpile` throws.
 */
export async function prepare(
  { component, memoryBytes, crypto }: Preparation,
  transpile: (component: Bytes) => Promise<Transpiled> | Transpiled,
): Promise<PreparedComponent> {
  const cryptoBytes = crypto ? memoryBytes / CRYPTO_SHARE : 0
  const limitedCrypto = crypto && admitModule(crypto, { memoryBytes: cryptoBytes })
  const { limits } = admit(component, {
    memoryBytes: memoryBytes - cryptoBytes,
    startDeadline: true,
    ...(crypto && { allowedImports: ENGINE_IMPORTS, requiredExport: ENGINE_EXPORT }),
  })
  const { glue, modules } = await transpile(component)
  const moduleBytes = limitModules(modules, limits)
  if (limitedCrypto) moduleBytes.set(CRYPTO_MODULE, limitedCrypto)
  return { glue, moduleBytes }
}
