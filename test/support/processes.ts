/** The processes of this machine, as Linux lists them. One that ends meanwhile is in no answer. */
import { readdirSync, readFileSync } from 'node:fs'

/** A file of `/proc/PID`; empty where the process is gone. */
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

/** The numbers in `/proc/PID/stat` that follow the process's state: its parent, its group and its session first. */
const relations = (pid: number) =>
  /.*\) \S (.*)/s.exec(ofProcess(pid, 'stat'))?.[1]?.split(' ').map(Number) ?? []

/** The children of `parent` whose command line has `word` in it. */
export function childrenOf(parent: number, word: string): number[] {
  return processes().filter((pid) => relations(pid)[0] === parent && ofProcess(pid, 'cmdline').includes(word))
}

/** The processes of the group that `leader` leads. */
export const groupOf = (leader: number): number[] => processes().filter((pid) => relations(pid)[1] === leader)

/** The session that a process is in: the number of who leads it. */
export const sessionOf = (pid: number): number | undefined => relations(pid)[2]

/** The processes that have `mark` in their environment. */
export const processesWith = (mark: string): number[] =>
  processes().filter((pid) => ofProcess(pid, 'environ').includes(mark))
