/** Reads one line from a terminal or a pipe, with a default if there is neither. */
import { createInterface } from 'node:readline/promises'

/** Prompts on a terminal. An empty line or the end of input gives `fallback`. */
export async function readLine(prompt: string, fallback: string): Promise<string> {
  const { stdin, stderr } = process
  const terminal = stdin.isTTY === true
  const lines = createInterface({ input: stdin, output: terminal ? stderr : undefined, terminal })
  try {
    if (terminal) return (await lines.question(`   ${prompt}(${fallback}) `)).trim() || fallback
    for await (const line of lines) return line.trim() || fallback
    return fallback
  } finally {
    lines.close()
    stdin.unref?.()
  }
}
