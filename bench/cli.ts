/** The command line, run as a shell does, compared with a Node process that does nothing. All caches are filled. */
import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildImage } from '../src/image/index.ts'
import { type Benchmark, timed } from './harness.ts'

const QT = fileURLToPath(new URL('../bin/qt', import.meta.url))
const GUEST = fileURLToPath(new URL('guests/echo-bytes.ts', import.meta.url))

export const cli: Benchmark = {
  room: 'cli',
  async measurements() {
    const folder = await mkdtemp(join(tmpdir(), 'bench-'))
    const env = {
      PATH: `${dirname(process.execPath)}:${process.env['PATH']}`,
      HOME: folder,
      XDG_RUNTIME_DIR: join(folder, 'run'),
      XDG_STATE_HOME: join(folder, 'state'),
      XDG_CACHE_HOME: join(folder, 'cache'),
      XDG_CONFIG_HOME: join(folder, 'config'),
    }
    const eif = join(folder, 'image.eif')
    await writeFile(eif, (await buildImage({ app: { path: GUEST } })).eif)
    const run = (command: string, ...args: string[]) =>
      new Promise<void>((resolve, reject) => {
        const child = spawn(command, args, { env, stdio: 'ignore' })
        child.once('exit', (status) => {
          if (status === 0) resolve()
          else reject(new Error(`${args.join(' ')}: status ${status}`))
        })
      })
    const qt = (...args: string[]) => run(QT, 'enclave', ...args)
    const bare = () => timed(() => run(process.execPath, '-e', '0'))
    return {
      rows: [
        {
          name: 'qt enclave start to ready, against node -e 0',
          unit: 'ms',
          samples: 121,
          async subject() {
            const elapsed = await timed(() => qt('start', '--eif', eif))
            await qt('stop', '--enclave-id', '0')
            return elapsed
          },
          baseline: bare,
          goal: { atMost: 3 },
        },
        {
          name: 'qt enclave query, against node -e 0',
          unit: 'ms',
          samples: 81,
          subject: () => timed(() => qt('query')),
          baseline: bare,
          goal: { atMost: 1.5 },
        },
      ],
      tearDown: () => rm(folder, { recursive: true, force: true }),
    }
  },
}
