/** tweetnacl: a signature and a sealed message, with random keys. */
import nacl from 'tweetnacl'

export default async function main() {
  const pair = nacl.sign.keyPair()
  const message = new TextEncoder().encode('hello')
  const signature = nacl.sign.detached(message, pair.secretKey)
  if (!nacl.sign.detached.verify(message, signature, pair.publicKey)) throw new Error('sign')
  const key = nacl.randomBytes(32)
  const nonce = nacl.randomBytes(24)
  const opened = nacl.secretbox.open(nacl.secretbox(message, nonce, key), nonce, key)
  if (new TextDecoder().decode(opened) !== 'hello') throw new Error('secretbox')
}
