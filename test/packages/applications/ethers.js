/** ethers: a wallet, its signature of a message, and a key from a seed. */
import { getAddress, HDNodeWallet, keccak256, toUtf8Bytes, verifyMessage, Wallet } from 'ethers'

export default async function main() {
  const wallet = new Wallet('0x4c0883a69102937d6231471b5dbb6204fe5129617082792ae468d01a3f362318')
  if (wallet.address !== '0x2c7536E3605D9C16a7a3D7b1898e529396a65c23') throw new Error(wallet.address)
  const signature = await wallet.signMessage('hello')
  if (verifyMessage('hello', signature) !== wallet.address) throw new Error(signature)
  if (keccak256(toUtf8Bytes('')) !== '0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470')
    throw new Error('keccak256')
  if (getAddress(wallet.address.toLowerCase()) !== wallet.address) throw new Error('getAddress')
  const seed = '0x000102030405060708090a0b0c0d0e0f'
  const { extendedKey } = HDNodeWallet.fromSeed(seed)
  if (
    !extendedKey.startsWith(
      'xprv9s21ZrQH143K3QTDL4LXw2F7HEK3wJUD2nW2nRk4stbPy6cq3jPPqjiChkVvvNKmPGJxWUtg6LnF5kejMRNNU3TGtRBeJgk33yuGBxrMPHi',
    )
  )
    throw new Error(extendedKey)
}
