/** elliptic: an ECDSA signature on secp256k1. */
import elliptic from 'elliptic'

export default async function main() {
  const curve = new elliptic.ec('secp256k1')
  const key = curve.genKeyPair()
  const hash = Array.from({ length: 32 }, (_, at) => at)
  const signature = key.sign(hash)
  if (!key.verify(hash, signature.toDER())) throw new Error('ecdsa')
  const known = curve.keyFromPrivate('1'.padStart(64, '0'), 'hex')
  if (known.getPublic(true, 'hex') !== '0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798')
    throw new Error('public key')
}
