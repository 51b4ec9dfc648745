import { startEcho } from './echo.ts'

const { client, pcr0, verify, stop } = await startEcho()
console.log('PCR0    ', pcr0)
console.log('answer  ', await client.call.echo({ text: 'Hello from the host' }))
console.log('verified', await verify())
await stop()
