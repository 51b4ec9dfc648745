/** A component's imports and exports in words that developers know: WIT, printed by wasm-tools. */

import { refusal } from './refusal.ts'
import { inspectComponent } from './report.ts'

/**
 * The world of `component` as WIT. Admission reads it first: wasm-tools then never sees what is malformed or huge.
 *
 * @throws {EnclaveError} as `inspectComponent`; E_ADMISSION_MALFORMED where wasm-tools cannot read it; E_ARTEFACT.
 * @example
 * await componentWit(bytes) // 'package root:component;\n\nworld root {\n  import qingtian:enclave/vsock@0.1.0;…'
 */
export async function componentWit(component: Uint8Array): Promise<string> {
  inspectComponent(component)
  const { loadWasmTools, toolMessage } = await import('../platform/wasm-tools.ts')
  const tools = await loadWasmTools()
  try {
    return tools.componentWit(component)
  } catch (cause) {
    throw refusal(
      'E_ADMISSION_MALFORMED',
      'the component has no world',
      'a valid component',
      toolMessage(cause),
    )
  }
}
