import { startSigner } from './signer.ts'

const signer = await startSigner(2)
console.log('PCR0     ', signer.pcr0)
const messages = ['pay 1 to Bob', 'pay 2 to Carol', 'pay 3 to Dan', 'pay 4 to Erin']
const answers = await Promise.all(messages.map((message) => signer.sign(new TextEncoder().encode(message))))
answers.forEach(({ signature, publicKey }, index) => {
  console.log('message  ', messages[index])
  console.log('signature', Buffer.from(signature).toString('base64'))
  console.log('key      ', Buffer.from(publicKey).toString('base64'))
})
await signer.stop()
