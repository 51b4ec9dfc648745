/**
 * Converts a core module to a component of the world in `wit/`, as `wasm-tools component embed` and `new` do, at build
 * time. A module that already embeds a world (custom section `component-type`) keeps it. One that imports WASI preview
 * 1, the output of most compilers for WebAssembly, is linked with the adapter that maps it to sealed WASI.
 */
import { type Bytes, concatBytes } from '../../base/bytes.ts'
import { EnclaveError } from '../../base/error.ts'
import { ARTEFACTS, readArtefact } from '../../platform/artefacts.ts'
import { runWasmTools, toolMessage } from '../../platform/wasm-tools.ts'
import { readArchive } from '../eif/cpio.ts'
import { openSource } from '../eif/source.ts'
import { type CoreOutline, outlineModule } from './core-outline.ts'
import { withoutNames } from './custom-sections.ts'
import { keepExitCode } from './exit-code.ts'

const PREVIEW1 = 'wasi_snapshot_preview1'
/** What a preview 1 command exports instead of `wasi:cli/run`. */
const START = '_start'
const CARRIES_WORLD = /^component-type(?::|$)/

/** What wasm-tools puts before the reason; the `$` is its own. */
const ENCODING =
  /^failed to encode a component from module: (?:\$failed to decode world from module: )?(?:module was not valid: )?/

const HINT =
  'compile a program with a main function for WASI: qt enclave cc for C, the target wasm32-wasip1 or wasm32-wasip2 for Rust, GOOS=wasip1 for Go'

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
  assertKnownImports(outline)
  const parts = await loadParts()
  const { world, adapter } = plan(outline)
  const exiting = adapter && keepExitCode(module)
  const embedded = concatBytes(
    exiting ?? module,
    ...(world ? [parts(`${world}.section`)] : []),
    ...(exiting ? [parts('exit.section')] : []),
  )
  const adapters: [string, Uint8Array][] = adapter ? [[PREVIEW1, parts(`${adapter}.wasm`)]] : []
  try {
    return withoutNames(new Uint8Array(await runWasmTools((tools) => tools.componentNew(embedded, adapters))))
  } catch (cause) {
    if (cause instanceof EnclaveError) throw cause
    throw new EnclaveError('E_APP_CORE_MODULE', {
      what: 'the core module cannot be converted to an enclave application',
      expected:
        'a command of WASI preview 1, or imports of the world in wit/ by their canonical names and the export wasi:cli/run@0.2.0#run',
      got: toolMessage(cause).replace(ENCODING, ''),
      hint: HINT,
      cause,
    })
  }
}

/**
 * Modules whose imports are functions of the JavaScript that a toolchain makes beside them, which an enclave does not
 * have, by the names of those imports.
 */
const TOOLCHAINS: readonly (readonly [names: RegExp, maker: string])[] = [
  [/^(?:wbg|__wbindgen_.*|\.\/.*_bg\.js)$/, 'wasm-bindgen'],
  [/^(?:gojs|go)$/, 'Go for GOOS=js'],
  [/^(?:env|a)$/, 'Emscripten or another compiler for browsers'],
  [/^wasi_unstable$/, 'a toolchain of before WASI preview 1'],
]

/** @throws {EnclaveError} E_APP_CORE_MODULE for imports that an enclave cannot have. */
function assertKnownImports({ importModules }: CoreOutline): void {
  for (const name of importModules) {
    const maker = TOOLCHAINS.find(([names]) => names.test(name))?.[1]
    if (maker === undefined) continue
    throw new EnclaveError('E_APP_CORE_MODULE', {
      what: `the core module imports functions from ${JSON.stringify(name)}, as modules of ${maker} do`,
      expected: 'imports of WASI preview 1, or of the world in wit/',
      got: importModules
        .map((each) => JSON.stringify(each))
        .join(', ')
        .slice(0, 200),
      hint: HINT,
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
