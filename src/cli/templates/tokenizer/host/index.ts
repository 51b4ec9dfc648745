import { startService } from './tokenizer.ts'

const service = await startService()
console.log('PCR0     ', service.pcr0)
const first = await service.start()
console.log('token    ', await first.tokenize('4111 1111 1111 1111'))
await first.stop()
const second = await service.start(first.wrapped)
console.log('restarted', await second.tokenize('4111 1111 1111 1111'))
await service.stop()
