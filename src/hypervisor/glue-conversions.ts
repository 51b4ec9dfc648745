/**
 * Takes out of jco's glue what no enclave reaches: conversions for calls that the kernel converts itself, and for imports
 * that suspend. They are more than half of the glue, which each enclave compiles and keeps in memory.
 */
import { isLowered } from '../boundary/lowered-calls.ts'

/** A function that converts, up to the line with the name of its call. */
const FUNCTION = /^ {2}const _trampoline(\d+) = function\(/
const NAME = /^ {2}_trampoline(\d+)\.fnName = '([^'@]+)(?:@[^'#]+)?#(?:\w+\.)?(\w+?)(?:\$\d+)?';$/
/** What the guest calls: one of two, of which the second does not suspend. */
const CALL = /^ {2}let trampoline(\d+) = _trampoline\1\.manuallyAsync \? /
const SECOND = '  ))) : '
const END = '  );'

/**
 * The glue without these conversions, line by line, so that the time grows with its length only.
 * @throws {Error} if the glue does not have the known form.
 */
export function withoutConversions(glue: string): string {
  const lines = glue.split('\n')
  const kept: string[] = []
  const lowered = new Set<string>()
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at]!
    const [, number] = FUNCTION.exec(line) ?? CALL.exec(line) ?? []
    if (number === undefined) {
      kept.push(line)
    } else if (FUNCTION.test(line)) {
      const end = find(lines, at, (one) => NAME.test(one))
      const [, named, name, call] = NAME.exec(lines[end]!)!
      if (named !== number) throw unknownForm()
      if (isLowered(name!, call!)) lowered.add(number)
      else kept.push(...lines.slice(at, end + 1))
      at = end
    } else {
      const second = find(lines, at, (one) => one.startsWith(SECOND))
      const end = find(lines, second, (one) => one === END)
      if (lowered.has(number)) kept.push(`  let trampoline${number};`)
      else
        kept.push(
          `  let trampoline${number} = ${lines[second]!.slice(SECOND.length)}`,
          ...lines.slice(second + 1, end + 1),
        )
      at = end
    }
  }
  return kept.join('\n')
}

function find(lines: readonly string[], from: number, isIt: (line: string) => boolean): number {
  for (let at = from; at < lines.length; at++) if (isIt(lines[at]!)) return at
  throw unknownForm()
}

const unknownForm = () => new Error('the transpiler converts calls in another way than is known')
