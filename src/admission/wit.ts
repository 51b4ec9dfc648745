/** A component's imports and exports as WIT, printed by wasm-tools. */

import { EnclaveError } from '../base/error.ts'
import { refusal } from './refusal.ts'
import { inspectComponent } from './report.ts'

/**
 * The world of `component` as WIT. Admission inspects it first, so that wasm-tools never gets malformed or huge input.
 *
 * @throws {EnclaveError} the errors of `inspectComponent`; E_ADMISSION_MALFORMED if wasm-tools cannot read it;
 *   E_ARTEFACT.
 * @example
 * await componentWit(bytes) // 'package root:component;\n\nworld root {\n  import qingtian:enclave/vsock@0.1.0;…'
 */
export async function componentWit(component: Uint8Array): Promise<string> {
  inspectComponent(component)
  const { runWasmTools, toolMessage } = await import('../platform/wasm-tools.ts')
  try {
    return await runWasmTools((tools) => tools.componentWit(component))
  } catch (cause) {
    if (cause instanceof EnclaveError) throw cause
    throw refusal(
      'E_ADMISSION_MALFORMED',
      'the world of the component cannot be read',
      'a valid component',
      toolMessage(cause),
    )
  }
}
