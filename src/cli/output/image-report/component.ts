/** What `query-eif` prints about the component in an image: its world as WIT, and the verdict of admission. */
import { type AdmissionReport, admit, componentWit, inspectComponent } from '../../../admission/index.ts'
import { EnclaveError } from '../../../base/error.ts'
import type { ImageComponent } from '../../../image/index.ts'

const MIB = 1024 * 1024
/** The memory that admission assumes if the manifest names none. */
const DEFAULT_MEMORY_MIB = 64

/**
 * The component as a JSON document. The JavaScript engine is part of the release, so admission is run
 * only for a component of the application, as it would be at a start.
 */
export async function componentReport(
  { role, bytes }: ImageComponent,
  memoryMiB: number = DEFAULT_MEMORY_MIB,
): Promise<Record<string, unknown>> {
  try {
    const { imports, exports, features, startFunctions, memories, tables, readings, minBytes } =
      inspectComponent(bytes)
    return {
      Role: role,
      Size: bytes.byteLength,
      Wit: (await componentWit(bytes)).trim().split('\n'),
      Imports: imports,
      Exports: exports,
      Features: features,
      StartFunctions: startFunctions,
      MinimumMemoryBytes: minBytes,
      Memories: memories,
      Tables: tables,
      Limits: Object.fromEntries(readings.map(({ item, value, limit }) => [item, `${value} of ${limit}`])),
      ...(role === 'application' && { Admission: admissionReport(bytes, memoryMiB) }),
    }
  } catch (error) {
    return { Role: role, Size: bytes.byteLength, Problem: messageOf(error) }
  }
}

function admissionReport(bytes: Uint8Array, memoryMiB: number): Record<string, unknown> {
  try {
    const { report } = admit(bytes, { memoryBytes: memoryMiB * MIB, startDeadline: true })
    return { Admitted: true, MemoryMiB: memoryMiB, ...limitsOf(report) }
  } catch (error) {
    return { Admitted: false, MemoryMiB: memoryMiB, Problem: messageOf(error) }
  }
}

/** Maximums that admission writes into the component before it is compiled, so that it cannot exceed its memory. */
function limitsOf({ memories, tables }: AdmissionReport): Record<string, unknown> {
  return {
    MemoryPagesAtMost: memories.map(({ max }) => max),
    TableElementsAtMost: tables.map(({ max }) => max),
  }
}

function messageOf(error: unknown): string {
  if (error instanceof EnclaveError) return error.message
  throw error
}
