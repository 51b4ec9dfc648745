/**
 * An identity for processes that no later process can have: PID and start time,
 * counted from boot, so that setting the clock has no effect (proc(5): `/proc/PID/stat`).
 */
import { readFileSync } from 'node:fs'
import { statOf } from './process-stat.ts'

/** `PID:START_TIME`. */
export type ProcessIdentity = string

const GONE = new Set(['Z', 'X', 'x'])

/** The identity of the process `pid`; undefined if it does not exist or is a zombie. */
export function identityOf(pid: number): ProcessIdentity | undefined {
  const beginning = process.platform === 'linux' ? beginningOnLinux(pid) : beginningElsewhere(pid)
  return beginning && `${pid}:${beginning}`
}

let own: ProcessIdentity | undefined

/** The identity of this process. */
export function ownIdentity(): ProcessIdentity {
  own ??= identityOf(process.pid)!
  return own
}

/** The PID in an identity. */
export function pidOf(identity: ProcessIdentity): number {
  return Number.parseInt(identity, 10)
}

/** Whether that process is still running. */
export function isAlive(identity: ProcessIdentity): boolean {
  return identityOf(pidOf(identity)) === identity
}

/** Sends a signal to that process, never to a later one with the same PID. */
export function killProcess(identity: ProcessIdentity, signal: NodeJS.Signals): void {
  if (!isAlive(identity)) return
  try {
    process.kill(pidOf(identity), signal)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

/** An ID of the current boot: state of earlier boots is ignored. */
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

/** Loads child_process only here, so that commands on Linux need not wait for it. */
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
