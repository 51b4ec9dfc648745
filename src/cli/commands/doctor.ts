/** `qt doctor`: whether this machine has what enclaves need, and what to do where it has not. */
import { accessSync, constants, existsSync, statfsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { directories, makePrivate } from '../../keeper/directories.ts'
import { enclaveDirectory, FILES } from '../../keeper/enclave-record.ts'
import { poolSettings } from '../../keeper/pool-settings.ts'
import { ARTEFACTS } from '../../platform/artefacts.ts'
import { stateFolder } from '../../platform/secret-file.ts'
import type { Command } from '../core/command.ts'
import { GLOBAL_OPTIONS } from '../core/read-options.ts'
import { printJson } from '../output/output.ts'

/** Throws, or gives a word on what it found; `advice` is for where it throws. */
interface Check {
  name: string
  advice: string
  /** Whether only some things need it. */
  optional?: boolean
  look(): string | Promise<string>
}

/** The first with `node:sqlite`. */
const OLDEST_NODE = [22, 13]
const FULL_NODE = 26
/** Bytes in the path of a Unix socket (unix(7)), less the `_` and port of the other direction. */
const MAX_SOCKET_PATH = 107 - 11
const BROWSERS = ['chromium', 'chromium-browser', 'google-chrome', 'firefox']

const CHECKS: readonly Check[] = [
  {
    name: 'Node',
    advice: `install Node ${OLDEST_NODE.join('.')} or later; ${FULL_NODE} has every permission that an enclave is refused`,
    look() {
      const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
      assert(
        major > OLDEST_NODE[0]! || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1]!),
        process.version,
      )
      return major < FULL_NODE
        ? `${process.version}: its permissions do not cover the network`
        : process.version
    },
  },
  {
    name: 'permission model',
    advice: 'install a Node that was built with it',
    look() {
      assert(process.allowedNodeEnvironmentFlags.has('--permission'), 'missing')
      return '--permission'
    },
  },
  {
    name: 'WebAssembly',
    advice: 'start Node without --jitless, and install 22 or later',
    look() {
      // (module (global i32 (i32.add (i32.const 1) (i32.const 2)))): what the engine's own globals need.
      const bytes = [0, 97, 115, 109, 1, 0, 0, 0, 6, 9, 1, 127, 0, 65, 1, 65, 2, 106, 11]
      assert(WebAssembly.validate(Uint8Array.from(bytes)), 'no extended constant expressions')
      return 'with extended constant expressions'
    },
  },
  {
    name: 'shared memory',
    advice: 'install Node 22 or later',
    look() {
      assert(typeof Atomics.waitAsync === 'function', 'no Atomics.waitAsync')
      return 'with Atomics.waitAsync'
    },
  },
  {
    name: 'own parts',
    advice: 'install the package again, or run npm run build',
    look() {
      for (const url of Object.values(ARTEFACTS)) accessSync(fileURLToPath(url), constants.R_OK)
      return `${Object.keys(ARTEFACTS).length} files`
    },
  },
  {
    name: 'shell',
    advice: 'enclaves in processes of their own need a POSIX system with /bin/sh',
    look() {
      accessSync('/bin/sh', constants.X_OK)
      return '/bin/sh'
    },
  },
  ...(['runtime', 'state', 'cache'] as const).map((name) => ({
    name: `${name} directory`,
    advice: 'set the XDG variable for it to a directory of your own that has room',
    look() {
      // The cache's own directory is Node's too, which has other modes for it.
      const path = makePrivate(
        name === 'cache' ? join(directories().cache, 'components') : directories()[name],
      )
      accessSync(path, constants.W_OK)
      const { bavail, bsize } = statfsSync(path)
      assert(bavail * bsize > 1 << 20, `${path} has no room`)
      return path
    },
  })),
  {
    name: 'socket paths',
    advice: 'set XDG_RUNTIME_DIR to a directory with a shorter path',
    look() {
      const path = join(enclaveDirectory(99), FILES.vsock)
      assert(Buffer.byteLength(path) <= MAX_SOCKET_PATH, `${path} is too long for a socket`)
      return `${Buffer.byteLength(path)} bytes of ${MAX_SOCKET_PATH}`
    },
  },
  {
    name: 'pool',
    advice: 'correct the file of the pool; qt env show names it',
    look() {
      const { memoryMiB, cpus, source = 'default' } = poolSettings()
      return `${source}: ${cpus.length} vCPUs, ${memoryMiB} MiB`
    },
  },
  {
    name: 'key policies',
    advice: 'put other policies in their places: qt kms put-policy KEY FILE',
    async look() {
      const folder = await stateFolder()
      if (!['kms.sqlite', 'kms-master.key'].every((name) => existsSync(join(folder, name)))) return 'no keys'
      const { openKms } = await import('../core/kms-config.ts')
      await using kms = await openKms({})
      const refused = (await kms.lint()).filter(({ code }) => code === 'L_KMS_REFUSED')
      assert(refused.length === 0, refused.map(({ keyId, message }) => `${keyId}: ${message}`).join('; '))
      return 'all in force'
    },
  },
  {
    name: 'browser',
    optional: true,
    advice: 'only the page needs one',
    look() {
      const places = (process.env['PATH'] ?? '').split(':')
      const found = BROWSERS.flatMap((name) => places.map((place) => join(place, name))).find((path) =>
        existsSync(path),
      )
      assert(found !== undefined, 'none on the PATH')
      return found
    },
  },
]

export const doctor: Command = {
  name: 'doctor',
  summary: 'check this machine, and say what to do where something is missing',
  example: 'qt doctor',
  options: { output: { ...GLOBAL_OPTIONS['output']!, default: 'table' } },
  async run() {
    const results = await Promise.all(CHECKS.map(examine))
    printJson(results)
    return results.some(({ Result }) => Result === 'PROBLEM') ? 1 : 0
  },
}

async function examine({ name, look, advice, optional }: Check): Promise<Record<string, string>> {
  try {
    return { Check: name, Result: 'ok', Found: await look(), Advice: '' }
  } catch (error) {
    const Result = optional ? 'missing' : 'PROBLEM'
    return { Check: name, Result, Found: (error as Error).message, Advice: advice }
  }
}

function assert(holds: boolean, found: string): asserts holds {
  if (!holds) throw new Error(found)
}
