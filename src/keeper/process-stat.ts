/** The status of a process on Linux (proc(5), `/proc/PID/stat`). */
import { readFileSync } from 'node:fs'

/** Indexes of fields after the name in parentheses. */
const STATE = 0
const BEGINNING = 19
const EXIT_CODE = 49

export interface ProcessStat {
  /** One letter, for example `Z` for a zombie. */
  state: string
  /** The start time in ticks since boot. */
  beginning: string
  /** The exit status in the form of wait(2), once the process has ended. */
  exitCode: number
}

/** The stat of the process `pid`; undefined if it does not exist. */
export function statOf(pid: number): ProcessStat | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1')
    // The name may contain anything, also parentheses: the fields follow the last one.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    return { state: fields[STATE]!, beginning: fields[BEGINNING]!, exitCode: Number(fields[EXIT_CODE]) }
  } catch {
    return undefined
  }
}
