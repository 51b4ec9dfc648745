/**
 * A parent instance in a page whose enclave makes requests through the page, which also has a KMS for it. The test loads a bundle
 * of this file.
 */
import { createKms, createKmsApp } from '../../src/kms/index.ts'
import { createParent, type VsockSocket } from '../../src/parent/index.ts'
import { openPageProxy, type PageAccess } from '../../src/proxy/page/index.ts'

export { isolateTab } from '../../src/proxy/page/index.ts'

/** What the enclave's program returned or threw, and what the page has recorded. */
export interface Outcome {
  readonly reply: { readonly value?: unknown; readonly error?: object }
  readonly entries: readonly PageAccess[]
}

/** Runs `code` in an enclave of the laboratory's image at `./NAME.eif`, whose page allows `allowlist`. */
export async function runInTab(name: string, code: string, allowlist: readonly string[]): Promise<Outcome> {
  const entries: PageAccess[] = []
  await using kms = await createKms()
  const policies = [{ Statement: [{ Effect: 'Allow' as const, Action: '*' }] }]
  const app = createKmsApp(kms, { unsigned: { principal: 'arn:aws:iam::000000000000:root', policies } })
  await using parent = await createParent({ vcpus: 2, memoryMiB: 256 })
  await using _ = openPageProxy(parent, {
    allowlist,
    services: { 'kms.tab': app.fetch },
    onAccess: (entry) => void entries.push(entry),
  })
  const image = new Uint8Array(await (await fetch(`./${name}.eif`)).arrayBuffer())
  const enclave = await parent.start(image, { vcpus: 1, memoryMiB: 128 })
  await using socket = await connected(() => enclave.connect(5000))
  const writer = socket.writable.getWriter()
  await writer.write(new TextEncoder().encode(code))
  await writer.close()
  return { reply: JSON.parse(await new Response(socket.readable).text()), entries }
}

/** The guest listens soon. */
async function connected(connect: () => Promise<VsockSocket>): Promise<VsockSocket> {
  for (;;) {
    try {
      return await connect()
    } catch (error) {
      if ((error as { code?: string }).code !== 'E_VSOCK_REFUSED') throw error
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
}
