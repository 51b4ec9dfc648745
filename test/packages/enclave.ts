/** Runs an application in an enclave until it ends, and returns what it wrote to its console. */
import { buildImage } from '../../src/image/index.ts'
import { createParent } from '../../src/parent/index.ts'

export async function consoleOf(path: string): Promise<string> {
  const { eif } = await buildImage({ app: { path } })
  await using parent = await createParent({ vcpus: 2, memoryMiB: 2048 })
  const enclave = await parent.start(eif, { vcpus: 1, memoryMiB: 1024, debug: true })
  const end = await enclave.exited
  return end.kind === 'exited' ? enclave.console() : `${enclave.console()}\n${JSON.stringify(end)}`
}
