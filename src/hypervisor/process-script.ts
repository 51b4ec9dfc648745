/**
 * The shell script with which an enclave's process starts, both from Node (`process-host.ts`) and from the shell that
 * runs a command (`bin/qt`). Built into one file.
 */
import { EXPECTED, FROM_HYPERVISOR, TO_HYPERVISOR } from '../boundary/frames.ts'
import { MODULE_FLAGS } from '../platform/worker.ts'

/** The file descriptor of the lifeline: it is closed when the hypervisor's process ends, which the watcher notices. */
export const LIFELINE = 6

/**
 * KiB of stack: what the process requests, how much of it V8 may use, and how much if the request is refused. Then deep
 * recursion ends the enclave.
 */
const STACK = 32768
const V8_STACK = 31744
const SMALL_V8_STACK = 3904

/**
 * V8's flags in that process; a code cache made with other flags is rejected. The stack is large, so that the JavaScript
 * engine reaches its own limit first, and throws. Functions are validated lazily, because all of them were validated at
 * admission. V8's heap is small and collected quickly, so starting threads for it would take longer.
 */
export const V8_FLAGS: readonly string[] = [
  '--disallow-code-generation-from-strings',
  `--stack-size=${V8_STACK}`,
  '--wasm-lazy-validation',
  '--single-threaded-gc',
]

/** Memory in KiB for Node itself, in addition to the enclave's memory: its heaps, code and stacks. */
const OWN_MEMORY = 3 * 1024 * 1024

/**
 * The script for `program`, which is in the same folder. If a Worker's read permission cannot be dropped (before Node
 * 26), it can read that folder, which is published anyway. The descriptor EXPECTED is always open, because Node would
 * otherwise use its number for a file of its own. The script sets limits that only the process itself can set. The
 * watcher kills the process by its id, which cannot be reused while the watcher is in the process group of that id.
 */
export const processScript = (program: string): string => `\
# Becomes an enclave's process: MIB NODE. Descriptors: ${FROM_HYPERVISOR} and ${TO_HYPERVISOR} from and to its hypervisor, ${EXPECTED} what it will probably
# run, ${LIFELINE} what ends with its hypervisor.
[ -e /dev/fd/${EXPECTED} ] || exec ${EXPECTED}</dev/null
ulimit -c 0
ulimit -s ${STACK} 2>/dev/null || small=--stack-size=${SMALL_V8_STACK}
ulimit -d $(($1 * 1024 + ${OWN_MEMORY})) || exit
cd -P "\${0%/*}" || exit
case $2 in /*) node=$2 ;; *) node=$(command -v "$2") ;; esac
(read -r end <&${LIFELINE}; kill -KILL $$) ${FROM_HYPERVISOR}<&- ${TO_HYPERVISOR}>&- ${EXPECTED}<&- &
exec env -i "$node" --permission --allow-worker "--allow-fs-read=$PWD/${program}" \\
  ${[...V8_FLAGS, '--no-addons', ...MODULE_FLAGS].join(' ')} $small \\
  "$PWD/${program}" ${LIFELINE}<&-
`
