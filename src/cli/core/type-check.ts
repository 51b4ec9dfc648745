/** Type-checks an application with the TypeScript of its own project, as its author's editor does. */
import { execFile } from 'node:child_process'
import { readFile, stat } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { EnclaveError } from '../../base/error.ts'
import { findEntry } from '../../image/build/entry.ts'

const CONFIG = 'tsconfig.json'
/** A configuration for an application: what an enclave has, and nothing of Node. */
const EXAMPLE =
  '{ "compilerOptions": { "lib": ["es2025"], "types": ["webclave/guest"], "module": "esnext", "moduleResolution": "bundler", "strict": true, "skipLibCheck": true } }'
/** Lines of the compiler's output in the error. */
const MAX_LINES = 20
const MAX_OUTPUT = 16 * 1024 * 1024

/**
 * Checks the application at `path`, a folder or a file, by the nearest tsconfig.json.
 * @throws {EnclaveError} E_APP_NOT_FOUND, E_APP_TYPES with the compiler's messages, or if the project has no compiler or
 *   no configuration that includes the application.
 */
export async function checkTypes(path: string): Promise<void> {
  const { file, root } = await findEntry(resolve(path), path)
  const compiler = await findCompiler(root)
  const config = await findConfig(root)
  const run = (...args: string[]) => runCompiler([compiler, '-p', config, '--pretty', 'false', ...args], root)
  if (!(await run('--listFilesOnly')).lines.includes(file)) {
    throw new EnclaveError('E_APP_TYPES', {
      what: `${config} does not include the application`,
      expected: `a tsconfig.json whose files contain ${file}`,
      hint: `write one beside the application, for example ${EXAMPLE}`,
    })
  }
  const { status, lines } = await run('--noEmit', '--composite', 'false', '--incremental', 'false')
  if (status === 0) return
  const rest = lines.length - MAX_LINES
  const more = rest > 0 ? [`… and ${rest} more ${rest === 1 ? 'line' : 'lines'}`] : []
  throw new EnclaveError('E_APP_TYPES', {
    what: 'the application has type errors; no image was written',
    got: [...lines.slice(0, MAX_LINES), ...more].map((line) => `\n  ${line}`).join(''),
  })
}

/** Runs Node with `args`; the lines that it prints, without control characters, which file names may contain. */
async function runCompiler(
  args: readonly string[],
  cwd: string,
): Promise<{ status: number; lines: string[] }> {
  const { status, output } = await new Promise<{ status: number; output: string }>((resolve) => {
    execFile(process.execPath, args, { cwd, maxBuffer: MAX_OUTPUT }, (error, stdout, stderr) =>
      resolve({ status: error ? 1 : 0, output: stdout + stderr || (error?.message ?? '') }),
    )
  })
  const lines = output.trim().split('\n')
  return { status, lines: lines.map((line) => line.replace(/\p{Cc}/gu, '')) }
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
