/** node-forge: a digest, AES-GCM, and a certificate. */
import forge from 'node-forge'

export default async function main() {
  const digest = forge.md.sha256.create().update('abc').digest().toHex()
  if (digest !== 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad') throw new Error(digest)
  const key = forge.random.getBytesSync(16)
  const cipher = forge.cipher.createCipher('AES-GCM', key)
  cipher.start({ iv: '0'.repeat(12) })
  cipher.update(forge.util.createBuffer('secret'))
  cipher.finish()
  const decipher = forge.cipher.createDecipher('AES-GCM', key)
  decipher.start({ iv: '0'.repeat(12), tag: cipher.mode.tag })
  decipher.update(cipher.output)
  if (!decipher.finish() || decipher.output.toString() !== 'secret') throw new Error('AES-GCM')
  const keys = forge.pki.rsa.generateKeyPair({ bits: 512 })
  const certificate = forge.pki.createCertificate()
  certificate.publicKey = keys.publicKey
  certificate.validity.notAfter.setFullYear(2040)
  certificate.setSubject([{ name: 'commonName', value: 'enclave' }])
  certificate.setIssuer(certificate.subject.attributes)
  certificate.sign(keys.privateKey, forge.md.sha256.create())
  const read = forge.pki.certificateFromPem(forge.pki.certificateToPem(certificate))
  if (read.subject.getField('CN').value !== 'enclave' || !certificate.verify(read))
    throw new Error('certificate')
}
