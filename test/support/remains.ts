/** A zombie: a process that has ended, and whose parent has not waited for it. Linux only. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { ofProcess } from './processes.ts'

/** A zombie, which exists until this is disposed of. */
export interface Remains extends Disposable {
  readonly pid: number
}

/** The zombie of a process that ended by the shell command `words`. */
export async function remainsOf(words: string): Promise<Remains> {
  // The shell becomes another program, which waits for no child; the child reads a line first, so that it ends after
  // that.
  const script = `exec 3<&0; /bin/sh -c 'read go; ${words}' <&3 & echo $!; exec sleep 600`
  const parent = spawn('/bin/sh', ['-c', script])
  const [line] = (await once(parent.stdout, 'data')) as [Buffer]
  const pid = Number(String(line))
  await until(() => ofProcess(parent.pid!, 'comm') === 'sleep\n')
  parent.stdin.end('go\n')
  await until(() => /\) Z /.test(ofProcess(pid, 'stat')))
  return { pid, [Symbol.dispose]: () => void parent.kill('SIGKILL') }
}

/** Checks repeatedly until `holds` returns true, or the test's own time limit ends it. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve))
}
