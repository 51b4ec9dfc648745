/** `qt enclave cc`: the system's clang with the headers and the library for enclave programs in C. */
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { EnclaveError } from '../../base/error.ts'
import { type Command, UsageError } from '../core/command.ts'
import { C_SDK } from '../packaged.ts'

const TARGET = '--target=wasm32-wasi'
/** The first one that is there; $CLANG before all. */
const COMPILERS = ['clang', ...[22, 21, 20, 19, 18, 17, 16, 15, 14].map((version) => `clang-${version}`)]
/** Older ones cannot make the library's object files. */
const OLDEST = 14
const PACKAGES = 'apt-get install clang lld wasi-libc libclang-rt-dev-wasm32'

/** With these clang does not link. */
const NO_LINKING = /^(?:-c|-S|-E|-M|-MM|-fsyntax-only|--version|-###|-print-.*)$/
const DEBUGGING = /^-g(?!0$)/

export const cc: Command = {
  name: 'enclave cc',
  summary: 'compile a program in C for enclaves, with the system’s clang',
  example: 'qt enclave cc app.c -o app.wasm',
  notes: [
    'All words are clang’s own. It is told the target, where <sys/socket.h> with AF_VSOCK, <qtsm_lib.h>, <nsm.h> and <qtsm_kms.h> are, and their library.',
    'qt enclave make-img --app app.wasm makes an image of it.',
    'CLANG in the environment names another clang.',
  ],
  options: {},
  passesWords: true,
  async run({ words }) {
    if (words.length === 0) {
      throw new UsageError('E_USAGE_MISSING', {
        what: 'nothing to compile',
        expected: 'files and options of clang',
        hint: 'qt enclave cc app.c -o app.wasm',
      })
    }
    const clang = await findClang()
    const child = spawn(
      clang,
      [
        // With -B, clang finds the wasm-opt there: one that does nothing.
        ...[TARGET, '-O2', '-B', join(C_SDK, 'bin'), '-isystem', join(C_SDK, 'include')],
        ...words,
        ...linkerOptions(words),
      ],
      { stdio: 'inherit' },
    )
    const [status] = (await once(child, 'close')) as [number | null]
    return status ?? 1
  },
}

function linkerOptions(words: readonly string[]): string[] {
  if (words.some((word) => NO_LINKING.test(word))) return []
  const options = [
    `-L${join(C_SDK, 'lib')}`,
    '-lwebclave',
    '-Wl,--wrap=open,--wrap=__original_main,--gc-sections',
  ]
  // Smaller, but both would spoil what a debugger reads.
  return words.some((word) => DEBUGGING.test(word))
    ? options
    : [...options, '-Wl,--strip-all,--compress-relocations']
}

const outputOf = async (command: string, ...words: string[]): Promise<string | undefined> =>
  promisify(execFile)(command, words).then(
    ({ stdout }) => stdout.trim(),
    () => undefined,
  )

/** @throws {EnclaveError} E_CC_COMPILER, with what to install. */
async function findClang(): Promise<string> {
  const chosen = process.env['CLANG']
  const candidates = chosen === undefined ? COMPILERS : [chosen]
  for (const command of candidates) {
    const version = await outputOf(command, '--version')
    if (version === undefined) continue
    await checkClang(command, version)
    return command
  }
  throw refusal(
    chosen === undefined ? 'clang is missing' : `the compiler that CLANG names does not run: ${chosen}`,
  )
}

const refusal = (what: string, got?: string) =>
  new EnclaveError('E_CC_COMPILER', {
    what,
    expected: `clang ${OLDEST} or later, with its linker and a C library for WASI`,
    ...(got !== undefined && { got }),
    hint: `on Debian: ${PACKAGES}`,
  })

/** @throws {EnclaveError} E_CC_COMPILER */
async function checkClang(command: string, printed: string): Promise<void> {
  const [line = ''] = printed.split('\n')
  const major = Number(/clang version (\d+)/.exec(line)?.[1])
  if (!(major >= OLDEST)) throw refusal(`${command} is not clang, or too old`, line.slice(0, 80))
  // What is missing is printed as its mere name.
  const parts = {
    'its linker, wasm-ld, is missing': await outputOf(command, '-print-prog-name=wasm-ld'),
    'the C library for WASI is missing': await outputOf(command, TARGET, '-print-file-name=libc.a'),
  }
  for (const [what, path] of Object.entries(parts)) if (!path?.startsWith('/')) throw refusal(what)
}
