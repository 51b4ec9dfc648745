/** crypto-js: a digest, and AES with a password. */
import CryptoJS from 'crypto-js'

export default async function main() {
  const digest = CryptoJS.SHA256('abc').toString()
  if (digest !== 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad') throw new Error(digest)
  const sealed = CryptoJS.AES.encrypt('secret', 'password').toString()
  if (CryptoJS.AES.decrypt(sealed, 'password').toString(CryptoJS.enc.Utf8) !== 'secret')
    throw new Error('AES')
  if (CryptoJS.lib.WordArray.random(16).sigBytes !== 16) throw new Error('random')
}
