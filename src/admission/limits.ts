/**
 * The limits of a component. They bound time and memory of what follows admission (jco, the engine's compilers), and
 * are several times what real guests need: the JavaScript engine, the largest known one, has 8 modules, 1,700
 * functions, and no function body above 54 kB.
 */
import { refusal } from './refusal.ts'

/** Maximum length of a name in bytes. */
export const NAME_LIMIT = 1024

/** The items that are counted. */
export type LimitedItem =
  | 'bytes of the component'
  | 'levels of nested components'
  | 'components'
  | 'core modules'
  | 'component sections'
  | 'core instances'
  | 'component items'
  | 'items of component instances'
  | 'types'
  | 'bytes of types'
  | 'parts of types'
  | 'values of one type'
  | 'converted values'
  | 'values of one function type'
  | 'values of function types'
  | 'imports'
  | 'exports'
  | 'functions'
  | 'bytes of one function body'
  | 'locals of one function'
  | 'locals'
  | 'results of one function type'
  | 'nested blocks'
  | 'branches of one br_table'
  | 'globals'
  | 'tables'
  | 'element segments'
  | 'elements of segments'
  | 'data segments'

/** Maximum number of each item in one component, including all nested modules. */
export const LIMITS: Readonly<Record<LimitedItem, number>> = {
  'bytes of the component': 64 * 1024 * 1024,
  'levels of nested components': 8,
  components: 256,
  'core modules': 64,
  'component sections': 20_000,
  'core instances': 256,
  'component items': 100_000,
  'items of component instances': 200_000,
  // V8 keeps every function type until its process ends.
  types: 8192,
  // Every two bytes may be a declaration, for which jco's tools need some 140 bytes.
  'bytes of types': 256 * 1024,
  'parts of types': 65_536,
  'values of one type': 1000,
  // Of each value of each function that crosses between modules jco makes up to 7 KB of code and garbage.
  'converted values': 16_384,
  'values of one function type': 1000,
  'values of function types': 131_072,
  imports: 10_000,
  exports: 20_000,
  functions: 100_000,
  'bytes of one function body': 1024 * 1024,
  'locals of one function': 20_000,
  locals: 1_000_000,
  'results of one function type': 8,
  'nested blocks': 4096,
  'branches of one br_table': 16_384,
  globals: 10_000,
  tables: 64,
  'element segments': 10_000,
  'elements of segments': 500_000,
  'data segments': 50_000,
}

/** One line of the report: an item, its number, and its limit. */
export interface Reading {
  readonly item: LimitedItem
  readonly value: number
  readonly limit: number
}

/** Counts the items of a component, and refuses the first that exceeds its limit. */
export class Tally {
  readonly #values = new Map<LimitedItem, number>()

  /** Adds `count` to `item`. @throws {EnclaveError} E_ADMISSION_LIMIT */
  add(item: LimitedItem, count = 1): void {
    this.most(item, (this.#values.get(item) ?? 0) + count)
  }

  /** Records `value` if it is the largest `item` so far. @throws {EnclaveError} E_ADMISSION_LIMIT */
  most(item: LimitedItem, value: number): void {
    if (value > LIMITS[item]) {
      throw refusal(
        'E_ADMISSION_LIMIT',
        `the component has too many ${item}`,
        `${LIMITS[item]} or fewer`,
        value,
        'link less code: without unused functions and debug information (wasm-opt -Os, --gc-sections, wasm-strip)',
      )
    }
    this.#values.set(item, Math.max(value, this.#values.get(item) ?? 0))
  }

  get readings(): Reading[] {
    return (Object.keys(LIMITS) as LimitedItem[]).map((item) => ({
      item,
      value: this.#values.get(item) ?? 0,
      limit: LIMITS[item],
    }))
  }
}
