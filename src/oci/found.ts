/** Says what a file of an image is, by its first bytes, for the error that it cannot be run. */
import { shown } from './refusal.ts'

/** Architectures of ELF, by their numbers. */
const MACHINES: Readonly<Record<number, string>> = {
  3: 'x86 (32 bits)',
  21: 'POWER',
  22: 's390x',
  40: 'ARM (32 bits)',
  62: 'x86-64',
  183: 'AArch64',
  243: 'RISC-V',
  258: 'LoongArch',
}

const startsWith = (head: Uint8Array, ...bytes: number[]) => bytes.every((byte, at) => head[at] === byte)

/** Whether it is a WebAssembly module or component. */
export const isWasm = (head: Uint8Array): boolean =>
  startsWith(head, 0, 0x61, 0x73, 0x6d) && (head[4] === 1 || head[4] === 13)

/** The words after `#!` in a script's first line; none if it is not a script. */
export function interpreterOf(head: Uint8Array): string[] {
  if (!startsWith(head, 0x23, 0x21)) return []
  const [line = ''] = new TextDecoder().decode(head.subarray(2)).split('\n', 1)
  return line.split(/\s+/).filter((word) => word !== '')
}

/** Such as `an ELF program for x86-64`. */
export function describeFile(head: Uint8Array): string {
  if (startsWith(head, 0x7f, 0x45, 0x4c, 0x46)) {
    const [low, high] = head[5] === 2 ? [head[19], head[18]] : [head[18], head[19]]
    const machine = (low ?? 0) + 256 * (high ?? 0)
    return `an ELF program for ${MACHINES[machine] ?? `machine ${machine}`}`
  }
  if (startsWith(head, 0x4d, 0x5a)) return 'a program for Windows'
  if (startsWith(head, 0x50, 0x4b)) return 'a zip or jar file'
  const interpreter = interpreterOf(head)
  if (interpreter.length > 0) return `a script for ${shown(interpreter.join(' ')).slice(1, -1)}`
  return head.length === 0 ? 'an empty file' : 'neither WebAssembly nor a script'
}
