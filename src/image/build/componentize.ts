/**
 * Converts a core module to a component of the world in `wit/`, as `wasm-tools component embed` and `new` do, at build
 * time. A module that already embeds a world (custom section `component-type`) keeps it. One that imports WASI preview
 * 1, the output of most compilers for WebAssembly, is linked with the adapter that maps it to sealed WASI.
 */
import { type Bytes, concatBytes } from '../../base/bytes.ts'
import { EnclaveError } from '../../base/error.ts'
import { ARTEFACTS, readArtefact } from '../../platform/artefacts.ts'
import { loadWasmTools, toolMessage } from '../../platform/wasm-tools.ts'
import { readArchive } from '../eif/cpio.ts'
import { openSource } from '../eif/source.ts'
import { type CoreOutline, outlineModule } from './core-outline.ts'

const PREVIEW1 = 'wasi_snapshot_preview1'
/** What a preview 1 command exports instead of `wasi:cli/run`. */
const START = '_start'
const CARRIES_WORLD = /^component-type(?::|$)/

/**
 * Converts `module` to a component.
 *
 * @throws {EnclaveError} E_APP_CORE_MODULE if it does not match the world, with the message of wasm-tools; E_ARTEFACT.
 * @example
 * // A core module that exports `wasi:cli/run@0.2.0#run`.
 * const component = await componentize(module)
 * component.subarray(0, 8) // Uint8Array [0x00, 0x61, 0x73, 0x6d, 0x0d, 0x00, 0x01, 0x00]
 */
export async function componentize(module: Bytes): Promise<Bytes> {
  const outline = outlineModule(module)
  const [tools, parts] = await Promise.all([loadWasmTools(), loadParts()])
  const { world, adapter } = plan(outline)
  const embedded = world ? concatBytes(module, parts(`${world}.section`)) : module
  const adapters: [string, Uint8Array][] = adapter ? [[PREVIEW1, parts(`${adapter}.wasm`)]] : []
  try {
    return new Uint8Array(tools.componentNew(embedded, adapters))
  } catch (cause) {
    throw new EnclaveError('E_APP_CORE_MODULE', {
      what: 'the core module cannot be converted to an enclave application',
      expected:
        'imports of the world in wit/ by their canonical names, and the export wasi:cli/run@0.2.0#run',
      got: toolMessage(cause),
      cause,
    })
  }
}

/** Which world to embed and which adapter to link. A command's `run` is exported by the adapter, not by the module. */
function plan({ customSections, importModules, exports }: CoreOutline): {
  world: 'enclave' | 'imports' | undefined
  adapter: 'command' | 'reactor' | undefined
} {
  const command = exports.includes(START)
  const embedded = customSections.some((name) => CARRIES_WORLD.test(name))
  const adapted = importModules.includes(PREVIEW1)
  return {
    world: embedded ? undefined : adapted && command ? 'imports' : 'enclave',
    adapter: adapted ? (command ? 'command' : 'reactor') : undefined,
  }
}

async function loadParts(): Promise<(name: string) => Bytes> {
  const archive = await readArtefact(ARTEFACTS.worlds)
  const entries = await readArchive(await openSource(archive), 'the worlds')
  return (name) => {
    const { offset, size } = entries.find((entry) => entry.name === name)!
    return archive.slice(offset, offset + size)
  }
}
