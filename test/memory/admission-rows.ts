/**
 * The host's memory for an application's modules: their instances and tables, their machine code, and cached
 * components.
 */
import { admit, admitModule } from '../../src/admission/index.ts'
import { HOST_BYTES } from '../../src/admission/instances.ts'
import { forgetComponents, prepareComponent } from '../../src/hypervisor/components.ts'
import { componentOf, moduleOf, moduleOfTypes } from './modules.ts'
import { breathe, DRIVEN, type MemoryRow, MIB } from './row.ts'

/** The memory for which the modules of these rows are admitted. */
const MEMORY = 32 * MIB

/** The largest size up to `most` that `admitting` accepts. */
function largest(most: number, admitting: (size: number) => void): number {
  for (let size = most; size >= 1; size = Math.floor(size * 0.9)) {
    try {
      admitting(size)
      return size
    } catch {
      // Too large for the memory.
    }
  }
  throw new Error('admission accepts nothing')
}

export const admissionRows: Readonly<Record<string, MemoryRow>> = {
  'instances of its modules, with tables': {
    bound: MEMORY,
    async drive() {
      const exports = 2000
      const bytes = moduleOf(exports, [])
      const each = exports * (HOST_BYTES.exports + HOST_BYTES.functions + HOST_BYTES.element)
      const count = largest(Math.ceil(DRIVEN / each), (size) =>
        admit(componentOf(bytes, size), { memoryBytes: MEMORY }),
      )
      const module = new WebAssembly.Module(bytes)
      return Array.from({ length: count }, () => {
        const instance = new WebAssembly.Instance(module)
        return [instance, instance.exports]
      })
    },
  },
  'machine code of its modules': {
    bound: MEMORY,
    async drive() {
      // Calls through a table: of all instructions these need the most memory per byte.
      const body = Array(2000).fill([0x41, 0, 0x11, 0, 0]).flat()
      const estimate = 2000 * 272
      const count = largest(Math.ceil(DRIVEN / estimate), (size) =>
        admitModule(moduleOf(size, body), { memoryBytes: MEMORY }),
      )
      // The first function returns at once, so that each of the others calls it and continues.
      const module = moduleOf(count, [0x41, 0, 0x04, 0x40, ...body, 0x0b])
      const { exports } = new WebAssembly.Instance(new WebAssembly.Module(module))
      for (const each of Object.values(exports)) (each as () => void)()
      return exports
    },
  },
  'function types of its modules': {
    bound: 4 * MIB,
    async drive() {
      // Far above the limit, and at it: a binary search in between would leave behind more memory than is measured.
      for (const count of [20_000, 131]) {
        const module = moduleOfTypes(count)
        try {
          admitModule(module, { memoryBytes: MEMORY })
          return new WebAssembly.Module(module)
        } catch {}
      }
      throw new Error('admission accepts nothing')
    },
  },
  'prepared components in the cache, of all enclaves': {
    bound: 32 * MIB,
    async drive() {
      forgetComponents()
      for (let kept = 0; kept < DRIVEN; kept += 8 * MIB) {
        const store = {
          load: async () => ({ glue: '', moduleBytes: new Map([['core', new Uint8Array(8 * MIB).fill(1)]]) }),
          save() {},
        }
        await prepareComponent(Uint8Array.of(kept >> 23), { memoryBytes: MEMORY, store })
        await breathe()
      }
    },
  },
  'machine code of components kept ready': {
    bound: 32 * MIB,
    async drive() {
      forgetComponents()
      // As many components as are cached, each with more code than the limit for all, all of which has run.
      for (let kept = 0; kept < 8; kept++) {
        const core = moduleOf(120 - kept, [
          0x41,
          0,
          0x04,
          0x40,
          ...Array(2000).fill([0x41, 0, 0x11, 0, 0]).flat(),
          0x0b,
        ])
        const store = { load: async () => ({ glue: '', moduleBytes: new Map([['core', core]]) }), save() {} }
        const ready = await prepareComponent(Uint8Array.of(kept), { memoryBytes: MEMORY, store })
        for (const module of (await ready.modules()).values()) {
          const { exports } = new WebAssembly.Instance(module)
          for (const each of Object.values(exports)) (each as () => void)()
        }
        await breathe()
      }
    },
  },
}
