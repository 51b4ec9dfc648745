/**
 * Which process something belongs to, in words that no later process can be mistaken for: its id and the moment it
 * began, counted from the machine's start, so that a clock which is set changes nothing (proc(5): `/proc/PID/stat`).
 */
import { readFileSync } from 'node:fs'
import { statOf } from './process-stat.ts'

/** `PID:BEGINNING`. */
export type ProcessIdentity = string

const GONE = new Set(['Z', 'X', 'x'])

/** The identity of the process `pid`; undefined where there is none, or only its remains. */
export function identityOf(pid: number): ProcessIdentity | undefined {
  const beginning = process.platform === 'linux' ? beginningOnLinux(pid) : beginningElsewhere(pid)
  return beginning && `${pid}:${beginning}`
}

let own: ProcessIdentity | undefined

/** This process. */
export function ownIdentity(): ProcessIdentity {
  own ??= identityOf(process.pid)!
  return own
}

/** The process id in an identity. */
export function pidOf(identity: ProcessIdentity): number {
  return Number.parseInt(identity, 10)
}

/** Whether that very process still runs. */
export function isAlive(identity: ProcessIdentity): boolean {
  return identityOf(pidOf(identity)) === identity
}

/** Ends that process, and never another one that has its id by now. */
export function killProcess(identity: ProcessIdentity, signal: NodeJS.Signals): void {
  if (!isAlive(identity)) return
  try {
    process.kill(pidOf(identity), signal)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

/** This start of the machine: what was written during another one is of no concern. */
export function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').slice(0, 8)
  } catch {
    return 'unknown'
  }
}

function beginningOnLinux(pid: number): string | undefined {
  const stat = statOf(pid)
  return stat && !GONE.has(stat.state) ? stat.beginning : undefined
}

/** Loads what it needs itself: on Linux no command waits for that. */
function beginningElsewhere(pid: number): string | undefined {
  try {
    const { execFileSync } = process.getBuiltinModule('node:child_process')
    const text = execFileSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], {
      encoding: 'utf8',
      env: { LC_ALL: 'C', PATH: process.env['PATH'] ?? '/bin:/usr/bin' },
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    const [state = '', ...beginning] = text.trim().split(/\s+/)
    return GONE.has(state[0] ?? 'X') ? undefined : beginning.join('-')
  } catch {
    return undefined
  }
}
