import { startShout } from './shout.ts'

const { pcr0, ask, stop } = await startShout()
console.log('PCR0  ', pcr0)
console.log('answer', await ask('Hello from the host'))
await stop()
