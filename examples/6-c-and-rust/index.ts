/** Compiles the guests, and talks to each over vsock. `node index.ts [c] [rust]` */
import { createParent, pcrHex } from 'webclave'
import { buildImage } from 'webclave/image'
import { compile, type Language } from './compile.ts'

const LANGUAGES: readonly Language[] = ['c', 'rust']
const given = process.argv.slice(2)
const chosen = LANGUAGES.filter((language) => given.length === 0 || given.includes(language))
if (given.some((word) => !LANGUAGES.includes(word as Language))) {
  console.error('node index.ts [c] [rust]')
  process.exit(2)
}

await using parent = await createParent({ vcpus: 1, memoryMiB: 64 })
for (const language of chosen) {
  const { eif, pcrs } = await buildImage({ app: { path: compile(language) } })
  await using enclave = await parent.start(eif, { vcpus: 1, memoryMiB: 64 })
  const socket = await enclave.connect(5000)
  const writer = socket.writable.getWriter()
  await writer.write(new TextEncoder().encode(`Hello from ${language}`))
  await writer.close()
  console.log(language.padEnd(6), await new Response(socket.readable).text(), pcrHex(pcrs, 0).slice(0, 16))
}
