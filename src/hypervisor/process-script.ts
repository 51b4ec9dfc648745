/**
 * The shell script in which an enclave's process begins, whoever starts it: our own Node (`process-host.ts`) or the shell
 * that runs a command (`bin/qt`). Built into one file.
 */
import { EXPECTED, FROM_HYPERVISOR, TO_HYPERVISOR } from '../boundary/frames.ts'
import { MODULE_FLAGS } from '../platform/worker.ts'

/** The descriptor that ends, for a process's watcher, when the hypervisor's process does. */
export const LIFELINE = 6

/**
 * What V8 is told in that process: code that it made under other flags is none there. The stack, KiB, is a Worker's; a
 * function of a component is validated once more when it is first called, for all were when the component was admitted.
 * What V8 itself keeps there is little, and is cleared in no time; threads for that take longer to begin.
 */
export const V8_FLAGS: readonly string[] = [
  '--disallow-code-generation-from-strings',
  '--stack-size=3904',
  '--wasm-lazy-validation',
  '--single-threaded-gc',
]

/** What Node itself may take besides the enclave's memory, KiB: its heaps, code and stacks. */
const OWN_MEMORY = 3 * 1024 * 1024

/**
 * `program` stands beside the script. Where a Worker's permission to read cannot be dropped (before Node 26) it has that
 * folder: our own, published one. The descriptor of what is expected is open in any case: Node would take its number for
 * something of its own. The limits are those that only a process itself can set. No other process has the number that the
 * watcher kills while the watcher is in its group.
 */
export const processScript = (program: string): string => `\
# Becomes an enclave's process: MIB NODE. Descriptors: ${FROM_HYPERVISOR} and ${TO_HYPERVISOR} from and to its hypervisor, ${EXPECTED} what it will probably
# run, ${LIFELINE} what ends with its hypervisor.
[ -e /dev/fd/${EXPECTED} ] || exec ${EXPECTED}</dev/null
ulimit -c 0
ulimit -d $(($1 * 1024 + ${OWN_MEMORY})) || exit
cd -P "\${0%/*}" || exit
case $2 in /*) node=$2 ;; *) node=$(command -v "$2") ;; esac
(read -r end <&${LIFELINE}; kill -KILL $$) ${FROM_HYPERVISOR}<&- ${TO_HYPERVISOR}>&- ${EXPECTED}<&- &
exec env -i "$node" --permission --allow-worker "--allow-fs-read=$PWD/${program}" \\
  ${[...V8_FLAGS, '--no-addons', ...MODULE_FLAGS].join(' ')} \\
  "$PWD/${program}" ${LIFELINE}<&-
`
