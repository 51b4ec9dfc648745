/** The processes of this machine, as Linux lists them. A process that ends meanwhile is omitted. */
import { readdirSync, readFileSync } from 'node:fs'

/** A file of `/proc/PID`; empty if the process has ended. */
export function ofProcess(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'latin1')
  } catch {
    return ''
  }
}

function processes(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
}

/** The numbers in `/proc/PID/stat` after the process's state: its parent, group and session come first. */
const relations = (pid: number) =>
  /.*\) \S (.*)/s.exec(ofProcess(pid, 'stat'))?.[1]?.split(' ').map(Number) ?? []

/** The children of `parent` whose command line contains `word`. */
export function childrenOf(parent: number, word: string): number[] {
  return processes().filter((pid) => relations(pid)[0] === parent && ofProcess(pid, 'cmdline').includes(word))
}

/** The processes in the group of `leader`. */
export const groupOf = (leader: number): number[] => processes().filter((pid) => relations(pid)[1] === leader)

/** The session of a process: the PID of its leader. */
export const sessionOf = (pid: number): number | undefined => relations(pid)[2]

/** The processes whose environment contains `mark`. */
export const processesWith = (mark: string): number[] =>
  processes().filter((pid) => ofProcess(pid, 'environ').includes(mark))
