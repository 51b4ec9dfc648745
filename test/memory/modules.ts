/** Modules and components as bytes, because a parser for the text format would also use memory. */
import { u32 } from '../../src/admission/rewrite.ts'
import { concatBytes } from '../../src/base/bytes.ts'

type Piece = Uint8Array | readonly number[]

const join = (...pieces: readonly Piece[]) => concatBytes(...pieces.map((piece) => Uint8Array.from(piece)))

/** A section of a module or a component. */
function section(id: number, ...pieces: readonly Piece[]): Uint8Array {
  const payload = join(...pieces)
  return join([id, ...u32(payload.length)], payload)
}

const text = (name: string): number[] => [name.length, ...new TextEncoder().encode(name)]

/**
 * A module of `count` exported functions with the body `body`, and a table of `count` elements that all refer to the
 * first one.
 */
export function moduleOf(count: number, body: readonly number[]): Uint8Array<ArrayBuffer> {
  const bytes = [...u32(body.length + 2), 0, ...body, 0x0b]
  const code = new Uint8Array(count * bytes.length)
  for (let at = 0; at < count; at++) code.set(bytes, at * bytes.length)
  const exports = Array.from({ length: count }, (_, at) => [...text(at.toString(36)), 0, ...u32(at)]).flat()
  return join(
    [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    section(1, [1, 0x60, 0, 0]),
    section(3, u32(count), new Uint8Array(count)),
    section(4, [1, 0x70, 1, ...u32(count), ...u32(count)]),
    section(7, u32(count), exports),
    section(9, [1, 0, 0x41, 0, 0x0b], u32(count), new Uint8Array(count)),
    section(10, u32(count), code),
  )
}

/** A component that instantiates `module` `instances` times, and exports what a command must export. */
export function componentOf(module: Uint8Array, instances: number): Uint8Array {
  const run = section(
    1,
    [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    section(1, [1, 0x60, 0, 1, 0x7f]),
    section(3, [1, 0]),
    section(7, [1, ...text('run'), 0, 0]),
    section(10, [1, 4, 0, 0x41, 0, 0x0b]),
  )
  return join(
    [0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0],
    run,
    section(1, module),
    section(2, u32(instances + 1), [0, 0, 0], ...Array(instances).fill([0, 1, 0])),
    section(7, [2, 0x6a, 0, 0, 0x40, 0, 0, 0]),
    section(6, [1, 0, 0, 1, 0, ...text('run')]),
    section(8, [1, 0, 0, 0, 0, 1]),
    section(5, [1, 1, 1, 0, ...text('run'), 1, 0]),
    section(11, [1, 0, ...text('wasi:cli/run@0.2.0'), 5, 0, 0]),
  )
}

/** A module of `count` different function types, each with a thousand parameters. */
export function moduleOfTypes(count: number): Uint8Array<ArrayBuffer> {
  const [parameters, head] = [1000, [0x60, ...u32(1000)]]
  const types = new Uint8Array(count * (head.length + parameters + 1))
  for (let type = 0, at = 0; type < count; type++, at += head.length + parameters + 1) {
    types.set(head, at)
    types.fill(0x7f, at + head.length, at + head.length + parameters)
    for (let bit = 0; bit < 16; bit++) types[at + head.length + bit]! -= (type >> bit) & 1
  }
  return join([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0], section(1, u32(count), types))
}
