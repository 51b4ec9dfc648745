/** What a component contains only for debuggers, and would be measured. */
import { type Bytes, concatBytes } from '../../base/bytes.ts'
import { leb128, ModuleReader, PREAMBLE_SIZE, SECTION } from './core-outline.ts'

/** The section of a component that contains a core module (component model, "Binary Format"). */
const CORE_MODULE = 1

/**
 * `component` without the names of its parts and of the functions of its adapters: 12 KB. Those of the application's own
 * functions, the first module, stay, because a trap shows them. The component is one that wasm-tools has made.
 */
export function withoutNames(component: Bytes): Bytes {
  let modules = 0
  return rewrite(component, (id, content) => {
    if (id === SECTION.custom) return nameOf(content) === 'component-name' ? undefined : content
    if (id !== CORE_MODULE || modules++ === 0) return content
    return rewrite(content, (inner, part) =>
      inner === SECTION.custom && nameOf(part) === 'name' ? undefined : part,
    )
  })
}

const nameOf = (section: Bytes) => new ModuleReader(section).name()

/** A module or a component with each section as `change` returns it. */
function rewrite(binary: Bytes, change: (id: number, content: Bytes) => Bytes | undefined): Bytes {
  const reader = new ModuleReader(binary, PREAMBLE_SIZE)
  const kept: Bytes[] = [binary.subarray(0, PREAMBLE_SIZE)]
  while (!reader.done) {
    const id = reader.byte()
    const size = reader.number()
    const from = reader.at
    reader.section(size)
    const content = change(id, binary.subarray(from, from + size))
    if (content) kept.push(Uint8Array.of(id), leb128(content.length), content)
  }
  return concatBytes(...kept)
}
