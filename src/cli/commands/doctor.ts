/** `qt doctor`: checks whether this machine has what enclaves need, and advises on what is missing. */
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

/** One check; `look` returns what it found, or throws, and `advice` is then printed. */
interface Check {
  name: string
  advice: string
  /** Whether only some features need it. */
  optional?: boolean
  look(): string | Promise<string>
}

/** The first release with `node:sqlite`. */
const OLDEST_NODE = [22, 13]
const FULL_NODE = 26
/** Bytes in the path of a Unix socket (unix(7)), minus the suffix `_PORT` of host-side sockets. */
const MAX_SOCKET_PATH = 107 - 11
const BROWSERS = ['chromium', 'chromium-browser', 'google-chrome', 'firefox']

const CHECKS: readonly Check[] = [
  {
    name: 'Node',
    advice: `install Node ${OLDEST_NODE.join('.')} or later; from ${FULL_NODE} on, permissions cover the network too`,
    look() {
      const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
      assert(
        major > OLDEST_NODE[0]! || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1]!),
        process.version,
      )
      return major < FULL_NODE
        ? `${process.version}: its permission model does not cover the network`
        : process.version
    },
  },
  {
    name: 'permission model',
    advice: 'install a Node release that supports --permission',
    look() {
      assert(process.allowedNodeEnvironmentFlags.has('--permission'), 'missing')
      return '--permission'
    },
  },
  {
    name: 'WebAssembly',
    advice: 'install Node 22 or later, and start it without --jitless',
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
    name: 'package files',
    advice: 'install the package again, or run npm run build',
    look() {
      for (const url of Object.values(ARTEFACTS)) accessSync(fileURLToPath(url), constants.R_OK)
      return `${Object.keys(ARTEFACTS).length} files`
    },
  },
  {
    name: 'shell',
    advice: 'use a POSIX system with /bin/sh: enclave processes need it',
    look() {
      accessSync('/bin/sh', constants.X_OK)
      return '/bin/sh'
    },
  },
  ...(['runtime', 'state', 'cache'] as const).map((name) => ({
    name: `${name} directory`,
    advice: 'set its XDG variable to a directory that you own, with free space',
    look() {
      // Node uses the cache directory too, with other modes, so only a subdirectory is checked.
      const path = makePrivate(
        name === 'cache' ? join(directories().cache, 'components') : directories()[name],
      )
      accessSync(path, constants.W_OK)
      const { bavail, bsize } = statfsSync(path)
      assert(bavail * bsize > 1 << 20, `${path} has no free space`)
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
    advice: 'correct the file that configures the pool; qt env show prints its path',
    look() {
      const { memoryMiB, cpus, source = 'default' } = poolSettings()
      return `${source}: ${cpus.length} vCPUs, ${memoryMiB} MiB`
    },
  },
  {
    name: 'key policies',
    advice: 'replace these policies: qt kms put-policy KEY FILE',
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
    advice: 'install one only if you want to run enclaves in a tab',
    look() {
      const places = (process.env['PATH'] ?? '').split(':')
      const found = BROWSERS.flatMap((name) => places.map((place) => join(place, name))).find((path) =>
        existsSync(path),
      )
      assert(found !== undefined, 'none on PATH')
      return found
    },
  },
]

export const doctor: Command = {
  name: 'doctor',
  summary: 'check whether this machine has everything that enclaves need',
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
