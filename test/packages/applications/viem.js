/** viem: an account, its signature, an encoded call and a signed transaction. */
import { encodeFunctionData, hashMessage, parseAbi, parseEther, recoverMessageAddress } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'

export default async function main() {
  const account = privateKeyToAccount('0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80')
  if (account.address !== '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266') throw new Error(account.address)
  const signature = await account.signMessage({ message: 'hello' })
  if ((await recoverMessageAddress({ message: 'hello', signature })) !== account.address)
    throw new Error(signature)
  if (hashMessage('hello') !== '0x50b2c43fd39106bafbba0da34fc430e1f91e3c96ea2acee2bc34119f92b37750')
    throw new Error('hashMessage')
  const abi = parseAbi(['function transfer(address to, uint256 amount)'])
  const data = encodeFunctionData({ abi, functionName: 'transfer', args: [account.address, parseEther('1')] })
  if (!data.startsWith('0xa9059cbb') || data.length !== 138) throw new Error(data)
  const transaction = await account.signTransaction({
    chainId: 1,
    type: 'eip1559',
    to: account.address,
    value: 1n,
    gas: 21000n,
    maxFeePerGas: 1n,
  })
  if (!transaction.startsWith('0x02')) throw new Error(transaction)
}
