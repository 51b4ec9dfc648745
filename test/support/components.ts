/** Small components for tests, written in WebAssembly's text format. */
import { parse } from '@bytecodealliance/jco'

/** Parses a component's text format. */
export async function fromText(text: string): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await parse(text))
}

/** A command whose `run` is the body of a core function that returns 0 (ok) or 1 (error). */
export function command(
  body: string,
  {
    memory = '(memory 1)',
    imports = '',
    extra = '',
  }: { memory?: string; imports?: string; extra?: string } = {},
): Promise<Uint8Array<ArrayBuffer>> {
  return fromText(`(component
    ${imports}
    (core module $m ${memory} ${extra} (func (export "run") (result i32) ${body}))
    (core instance $i (instantiate $m))
    (func $run (result (result)) (canon lift (core func $i "run")))
    (instance $runs (export "run" (func $run)))
    (export "wasi:cli/run@0.2.0" (instance $runs)))`)
}
