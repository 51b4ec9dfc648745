/** Tries to connect to every possible CID. */
import { Connection } from 'qingtian:enclave/vsock'
import { wait } from 'webclave:engine'
import { args } from 'webclave/sdk'

async function reach(cid: number): Promise<string> {
  try {
    const connection = Connection.connect({ cid, port: 5000 })
    await wait(connection.subscribe())
    connection.streams()
    return 'reached'
  } catch (error) {
    return String((error as { payload?: unknown }).payload ?? error)
  }
}

export default async function main(): Promise<void> {
  const own = Number(args()[0])
  for (const cid of [0, 1, 2, 3, own, own + 1, 0xffffffff]) console.log(`${cid} ${await reach(cid)}`)
}
