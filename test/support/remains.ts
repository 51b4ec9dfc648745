/** What is left of a process that has ended and that nobody has waited for. Linux only. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { ofProcess } from './processes.ts'

/** Until it is disposed of, nobody waits. */
export interface Remains extends Disposable {
  readonly pid: number
}

/** The remains of a process that ended by `words` of a shell. */
export async function remainsOf(words: string): Promise<Remains> {
  // A shell that has become another program waits for nothing; and before that the child waits for a line.
  const script = `exec 3<&0; /bin/sh -c 'read go; ${words}' <&3 & echo $!; exec sleep 600`
  const parent = spawn('/bin/sh', ['-c', script])
  const [line] = (await once(parent.stdout, 'data')) as [Buffer]
  const pid = Number(String(line))
  await until(() => ofProcess(parent.pid!, 'comm') === 'sleep\n')
  parent.stdin.end('go\n')
  await until(() => /\) Z /.test(ofProcess(pid, 'stat')))
  return { pid, [Symbol.dispose]: () => void parent.kill('SIGKILL') }
}

/** Looks again and again until something holds; a test's own time limit ends it otherwise. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve))
}
