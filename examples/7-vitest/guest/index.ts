/** A lottery that proves its result: the document contains the winners and the time. */
import { attest, serve } from 'webclave/sdk'
import { draw } from './lottery.ts'

export interface Drawn {
  winners: number[]
  /** ISO 8601. */
  time: string
  /** An attestation document whose user data is the JSON of the two. */
  document: Uint8Array
}

export const handlers = {
  draw({ tickets, count, nonce }: { tickets: number; count: number; nonce: Uint8Array }): Drawn {
    const result = { winners: draw(tickets, count), time: new Date().toISOString() }
    const userData = new TextEncoder().encode(JSON.stringify(result))
    return { ...result, document: attest({ nonce, userData }) }
  },
}

export default (): Promise<void> => serve(handlers)
