/** A transcript for people: numbered steps, facts and checks; colours only on a terminal. */
import type { WriteStream } from 'node:tty'

const LABEL_WIDTH = 12

/** Prints steps as they happen, and remembers whether every check passed. */
export class Transcript {
  readonly #out: Pick<WriteStream, 'write' | 'isTTY'>
  readonly #failures: string[] = []
  #steps = 0
  #checks = 0

  constructor(out: Pick<WriteStream, 'write' | 'isTTY'>) {
    this.#out = out
  }

  title(name: string, line: string): void {
    this.#out.write(`${this.#paint(1, name)}: ${line}\n`)
  }

  step(text: string): void {
    this.#steps += 1
    this.#out.write(`\n${this.#paint(1, `${this.#steps}. ${text}`)}\n`)
  }

  fact(label: string, value: string): void {
    this.#out.write(`   ${this.#paint(2, label.padEnd(LABEL_WIDTH))}${value}\n`)
  }

  /** Prints a check and remembers its outcome. */
  check(what: string, ok: boolean, reason = ''): void {
    this.#checks += 1
    if (!ok) this.#failures.push(what)
    const mark = ok ? this.#paint(32, 'ok') : this.#paint(31, 'FAILED')
    this.#out.write(`   ${mark}  ${what}${reason ? this.#paint(2, `: ${reason}`) : ''}\n`)
  }

  /** Prints the closing line; true if every check passed. */
  end(): boolean {
    const ok = this.#failures.length === 0
    const line = ok
      ? `all ${this.#checks} checks passed`
      : `these checks failed: ${this.#failures.join('; ')}`
    this.#out.write(`\n${this.#paint(ok ? 32 : 31, line)}\n`)
    return ok
  }

  #paint(code: number, text: string): string {
    return this.#out.isTTY ? `\u001b[${code}m${text}\u001b[0m` : text
  }
}
