/** Changes of an example's source: each is built, and PCR0 moves. */
import { type Signal, signal } from '@preact/signals'
import type { Problem, Warning } from '../compiler/problem.ts'
import { openCompiler } from '../editor/tools.ts'
import type { ExampleName } from '../examples/examples.ts'
import { imageOf, loadProgram } from '../examples/load.ts'
import { HostError } from '../host/errors.ts'
import { type ChosenImage, readImage } from '../image/image.ts'
import { chooseExample, program, revision, settle } from './state.ts'

/** Milliseconds without a change after which the source is built. */
const PAUSE = 250

/** What the last build complained of. */
export interface Findings {
  readonly problem: Problem | undefined
  readonly warnings: readonly Warning[]
}

const NONE: Findings = { problem: undefined, warnings: [] }
export const findings: Signal<Findings> = signal(NONE)

/** Counts the changes: only the last one is built. */
let newest = 0

/** Takes the editor's text, and builds it soon. */
export function editSource(name: ExampleName, source: string): void {
  program.value = { kind: 'example', name, source }
  void buildSource(name, source, PAUSE)
}

/** Chooses `source` in place of the example's own, and builds it. */
export function chooseSource(name: ExampleName, source: string): Promise<void> {
  program.value = { kind: 'example', name, source }
  revision.value += 1
  return buildSource(name, source, 0)
}

/** Chooses an example as it is; what the last build complained of is over. */
export function chooseFresh(name: ExampleName): Promise<void> {
  newest += 1
  findings.value = NONE
  return chooseExample(name)
}

/** From now on the old image cannot be started: it would not be what the reader sees. */
function buildSource(name: ExampleName, source: string, pause: number): Promise<void> {
  newest += 1
  const mine = newest
  return settle('building', async () => {
    if (pause > 0) await new Promise((resolve) => setTimeout(resolve, pause))
    const image = mine === newest ? await build(name, source) : undefined
    // A newer change has replaced it, whose result counts.
    return image ?? new Promise<never>(() => {})
  })

  async function build(name: ExampleName, source: string): Promise<ChosenImage | undefined> {
    const example = await loadProgram(name)
    if (source === example.files[example.entry]) {
      findings.value = NONE
      return imageOf(name)
    }
    const { entry } = example
    const answer = await (await openCompiler()).build({ files: { [entry]: source }, entry, name })
    if (answer === undefined || mine !== newest) return undefined
    if (answer.kind === 'refused') {
      findings.value = { problem: answer.problem, warnings: [] }
      throw new HostError(answer.problem)
    }
    findings.value = { problem: undefined, warnings: answer.warnings }
    return readImage(`${name}.eif`, new Blob([answer.eif]))
  }
}
