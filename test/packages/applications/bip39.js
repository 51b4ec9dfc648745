/** bip39: phrases and the seed of one. */
import * as bip39 from 'bip39'

export default async function main() {
  const words =
    'abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about'
  if (bip39.entropyToMnemonic('0'.repeat(32)) !== words) throw new Error('entropyToMnemonic')
  const seed = bip39.mnemonicToSeedSync(words, 'TREZOR').toString('hex')
  if (!seed.startsWith('c55257c360c07c72029aebc1b53c05ed')) throw new Error(seed)
  if (!bip39.validateMnemonic(bip39.generateMnemonic(256))) throw new Error('generateMnemonic')
}
