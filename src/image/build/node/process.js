/** `node:process`: arguments and environment of the enclave, its clock and its console. It is not Node, and says so. */
import { getArguments, getEnvironment } from 'wasi:cli/environment'
import { getStderr } from 'wasi:cli/stderr'
import { getStdout } from 'wasi:cli/stdout'
import { now } from 'wasi:clocks/monotonic-clock'
import { endWith, exit } from 'webclave:engine'
import { absentMembers } from './absent-members.js'

const NANOSECONDS = 1_000_000_000
const MAX_WRITE = 4096
const started = now()

function hrtime(since) {
  const time = now()
  const [seconds, rest] = [Math.floor(time / NANOSECONDS), time % NANOSECONDS]
  if (since === undefined) return [seconds, rest]
  const [whole, part] = [seconds - since[0], rest - since[1]]
  return part < 0 ? [whole - 1, part + NANOSECONDS] : [whole, part]
}
hrtime.bigint = () => BigInt(Math.round(now()))

/** `nextTick` is before timers, and in order with promises. */
const nextTick = (callback, ...given) => queueMicrotask(() => callback(...given))

/** There are no events: nothing outside an enclave can signal it. */
function self() {
  return this
}

/** Standard input, which is empty. */
const stdin = {
  fd: 0,
  isTTY: false,
  readable: true,
  on: self,
  once: self,
  resume: self,
  pause: self,
  ref: self,
  unref: self,
  setEncoding: self,
  removeListener: self,
  async *[Symbol.asyncIterator]() {},
}

/** An enclave does not know how much memory its engine uses. */
const memoryUsage = () => ({ rss: 0, heapTotal: 0, heapUsed: 0, external: 0, arrayBuffers: 0 })
memoryUsage.rss = () => 0

const writer = (fd, getStream) => ({
  fd,
  isTTY: false,
  writable: true,
  write(data, encoding, callback) {
    const bytes = typeof data === 'string' ? new TextEncoder().encode(data) : data
    const stream = getStream()
    for (let at = 0; at < bytes.length; at += MAX_WRITE)
      stream.blockingWriteAndFlush(bytes.subarray(at, at + MAX_WRITE))
    stream[Symbol.dispose]()
    const done = callback ?? encoding
    if (typeof done === 'function') nextTick(done)
    return true
  },
  on: self,
  once: self,
  emit: () => false,
  end() {},
})

const ABSENT = [
  'chdir',
  'dlopen',
  'execve',
  'kill',
  'loadEnvFile',
  'setegid',
  'seteuid',
  'setgid',
  'setgroups',
  'setuid',
]

const process = {
  ...absentMembers('node:process', ABSENT),
  title: 'webclave',
  arch: 'wasm32',
  platform: 'linux',
  pid: 1,
  ppid: 0,
  execPath: '/webclave',
  execArgv: [],
  version: '',
  versions: {},
  release: { name: 'webclave' },
  features: {},
  config: {},
  browser: true,
  argv0: 'webclave',
  argv: ['/webclave', '/app.js', ...getArguments()],
  env: Object.fromEntries(getEnvironment()),
  stdin,
  stdout: writer(1, getStdout),
  stderr: writer(2, getStderr),
  hrtime,
  nextTick,
  cwd: () => '/',
  umask: () => 0,
  uptime: () => (now() - started) / NANOSECONDS,
  exit: (code = process.exitCode ?? 0) => exit(Number(code) === 0),
  abort: () => exit(false),
  emitWarning: (warning) => console.warn(`${warning}`),
  getuid: () => 0,
  geteuid: () => 0,
  getgid: () => 0,
  getegid: () => 0,
  getgroups: () => [0],
  memoryUsage,
  availableMemory: () => 0,
  constrainedMemory: () => 0,
  // The enclave has no other process whose time it could share.
  cpuUsage: ({ user = 0 } = {}) => ({ user: Math.floor((now() - started) / 1000) - user, system: 0 }),
  allowedNodeEnvironmentFlags: new Set(),
  hasUncaughtExceptionCaptureCallback: () => false,
  emit: () => false,
  listenerCount: () => 0,
  listeners: () => [],
  eventNames: () => [],
  getMaxListeners: () => 0,
}
let exitCode
Object.defineProperty(process, 'exitCode', {
  get: () => exitCode,
  set(code) {
    exitCode = code
    endWith(Number(code ?? 0) === 0)
  },
  enumerable: true,
})
for (const name of [
  'on',
  'once',
  'off',
  'addListener',
  'prependListener',
  'removeListener',
  'removeAllListeners',
  'setMaxListeners',
])
  process[name] = self

export default process
