/** Type-checks an application with the TypeScript of its own project, as its author's editor does. */
import { execFile } from 'node:child_process'
import { readFile, realpath, stat } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { EnclaveError } from '../../base/error.ts'

const CONFIG = 'tsconfig.json'
/** A configuration for an application: what an enclave has, and nothing of Node. */
const EXAMPLE =
  '{ "compilerOptions": { "lib": ["es2024"], "types": ["webclave/guest"], "module": "esnext", "moduleResolution": "bundler", "strict": true } }'
/** Lines of the compiler's output in the error. */
const MAX_LINES = 20
const MAX_OUTPUT = 16 * 1024 * 1024

/**
 * Checks the application at `path`, a folder or a file, by the nearest tsconfig.json.
 * @throws {EnclaveError} E_APP_NOT_FOUND, E_APP_TYPES with the compiler's messages, or if the project has no compiler.
 */
export async function checkTypes(path: string): Promise<void> {
  const folder = await folderOf(path)
  const compiler = await findCompiler(folder)
  const config = await findConfig(folder)
  const args = [compiler, '--noEmit', '--pretty', 'false', '-p', config]
  const output = await new Promise<string | undefined>((resolve) => {
    execFile(process.execPath, args, { cwd: folder, maxBuffer: MAX_OUTPUT }, (error, stdout, stderr) =>
      resolve(error ? `${stdout}${stderr}` || error.message : undefined),
    )
  })
  if (output === undefined) return
  const lines = output.trim().split('\n')
  const more = lines.length > MAX_LINES ? [`… and ${lines.length - MAX_LINES} more lines`] : []
  throw new EnclaveError('E_APP_TYPES', {
    what: 'the application has type errors; no image was written',
    got: [...lines.slice(0, MAX_LINES), ...more].map((line) => `\n  ${line}`).join(''),
  })
}

async function folderOf(path: string): Promise<string> {
  try {
    const here = await realpath(path)
    return (await stat(here)).isDirectory() ? here : dirname(here)
  } catch (cause) {
    throw new EnclaveError('E_APP_NOT_FOUND', { what: `there is no application at ${path}`, cause })
  }
}

/** The compiler's script in the project's own `typescript` package. */
async function findCompiler(folder: string): Promise<string> {
  try {
    const manifest = createRequire(join(folder, CONFIG)).resolve('typescript/package.json')
    const { bin } = JSON.parse(await readFile(manifest, 'utf8')) as { bin: { tsc: string } }
    return join(dirname(manifest), bin.tsc)
  } catch (cause) {
    throw new EnclaveError('E_APP_TYPES', {
      what: 'the project of the application does not have TypeScript',
      hint: 'npm install --save-dev typescript',
      cause,
    })
  }
}

async function findConfig(folder: string): Promise<string> {
  for (let at = folder; ; at = dirname(at)) {
    const config = join(at, CONFIG)
    if (await stat(config).catch(() => undefined)) return config
    if (at === dirname(at)) break
  }
  throw new EnclaveError('E_APP_TYPES', {
    what: 'the application has no tsconfig.json, in its folder or above',
    hint: `for example ${EXAMPLE}`,
  })
}
