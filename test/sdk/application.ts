/** Runs an application to its end. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildImage } from '../../src/image/index.ts'
import type { EndReason, Parent } from '../../src/parent/index.ts'
import { patience } from '../support/patience.ts'

/** How the enclave ended, and what was on its console. */
export interface Outcome {
  end: EndReason
  console: string
}

/** Runs the application, JavaScript or the path of a file or folder, in debug mode. */
export async function runApplication(
  parent: Parent,
  app: { source: string } | { path: string },
): Promise<Outcome> {
  const { eif } = await buildImage({ app })
  const enclave = await parent.start(eif, {
    vcpus: 1,
    memoryMiB: 64,
    debug: true,
    startTimeout: patience(20_000),
  })
  const end = await enclave.exited
  return { end, console: enclave.console() }
}

/** Runs a TypeScript file with this source and name. */
export async function runFile(parent: Parent, source: string, name = 'index.ts'): Promise<Outcome> {
  const folder = await mkdtemp(join(tmpdir(), 'webclave-application-'))
  try {
    await writeFile(join(folder, name), source)
    return await runApplication(parent, { path: join(folder, name) })
  } finally {
    await rm(folder, { recursive: true })
  }
}
