/** What Linux says of a process (proc(5), `/proc/PID/stat`). */
import { readFileSync } from 'node:fs'

/** Fields after the name in parentheses. */
const STATE = 0
const BEGINNING = 19
const EXIT_CODE = 49

export interface ProcessStat {
  /** One letter: `Z` for what is left of a process that nobody has waited for. */
  state: string
  /** Ticks from the machine's start to the process's. */
  beginning: string
  /** How it ended, in the form of wait(2), once it has. */
  exitCode: number
}

/** The stat of the process `pid`; undefined where there is none. */
export function statOf(pid: number): ProcessStat | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1')
    // The name may hold anything, a parenthesis too: what counts comes after the last one.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    return { state: fields[STATE]!, beginning: fields[BEGINNING]!, exitCode: Number(fields[EXIT_CODE]) }
  } catch {
    return undefined
  }
}
