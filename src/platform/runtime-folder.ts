/** Where the sockets of the enclaves that a user's command line has started are (XDG Base Directory Specification). Node only. */
import { tmpdir } from 'node:os'
import { isAbsolute, join } from 'node:path'

const NAME = 'webclave'

/** The name of the socket of an enclave's vsock, in the folder that its ID names. */
export const VSOCK_SOCKET = 'vsock.sock'

/** The folder that `env` names, which need not exist. Relative paths are ignored, as the specification requires. */
export function runtimeFolder(env: NodeJS.ProcessEnv = process.env): string {
  const named = env['XDG_RUNTIME_DIR'] ?? ''
  return isAbsolute(named) ? join(named, NAME) : join(tmpdir(), `${NAME}-${process.getuid?.() ?? 0}`)
}
