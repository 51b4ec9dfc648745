/** Compiles the guests, and talks to each over vsock. `node index.ts [c] [rust]` */
import { createParent, pcrHex } from 'webclave'
import { buildImage } from 'webclave/image'
import { compile, type Language } from './compile.ts'

const given = process.argv.slice(2) as Language[]

await using parent = await createParent({ vcpus: 1, memoryMiB: 64 })
for (const language of given.length > 0 ? given : (['c', 'rust'] as const)) {
  const { eif, pcrs } = await buildImage({ app: { path: compile(language) } })
  await using enclave = await parent.start(eif, { vcpus: 1, memoryMiB: 64 })
  const socket = await enclave.connect(5000)
  const writer = socket.writable.getWriter()
  await writer.write(new TextEncoder().encode(`Hello from ${language}`))
  await writer.close()
  console.log(language.padEnd(6), await new Response(socket.readable).text(), pcrHex(pcrs, 0).slice(0, 16))
}
