/**
 * A guest that runs code for a test: each connection to port 5000 carries the body of an async function of `sdk`; the
 * guest answers with its result or its error as JSON.
 */
import * as sdk from 'webclave/sdk'

const AsyncFunction = (async () => {}).constructor as new (
  ...words: string[]
) => (library: typeof sdk) => Promise<unknown>

const plain = (_: string, value: unknown) =>
  value instanceof Uint8Array || value instanceof Uint16Array ? [...value] : value

async function perform(code: string): Promise<string> {
  try {
    return JSON.stringify({ value: await new AsyncFunction('sdk', code)(sdk) }, plain)
  } catch (error) {
    const { name, message, code: errorCode } = error as { name?: string; message?: string; code?: string }
    return JSON.stringify({ error: { name, message, code: errorCode } })
  }
}

async function serve(socket: sdk.vsock.Socket): Promise<void> {
  const decoder = new TextDecoder()
  let code = ''
  for await (const bytes of socket) code += decoder.decode(bytes, { stream: true })
  await socket.write(new TextEncoder().encode(await perform(code)))
  socket.close()
}

export default async function main(): Promise<void> {
  for await (const socket of sdk.vsock.listen(5000)) {
    serve(socket).catch((error) => console.error('laboratory:', error))
  }
}
