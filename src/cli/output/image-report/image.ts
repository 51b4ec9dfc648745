/**
 * What `query-eif` prints about the image itself; names are those of the real command lines where possible.
 */
import { pcrHex, pcrsToHex } from '../../../base/pcrs.ts'
import type { ImageDescription, SignatureDescription } from '../../../image/index.ts'

const MIB = 1024 * 1024

/** The description as a JSON document. */
export function imageReport(description: ImageDescription): Record<string, unknown> {
  const { pcrs, crc, signature, metadata, contents, problem } = description
  return {
    digest: 'SHA384',
    PCR0: pcrHex(pcrs.qingtian, 0),
    PCR8: pcrHex(pcrs.qingtian, 8),
    PCRs: { qingtian: pcrsToHex(pcrs.qingtian), nitro: pcrsToHex(pcrs.nitro) },
    EifVersion: description.version,
    Flags: description.flags,
    Architecture: description.architecture,
    Size: description.size,
    DefaultMemoryMiB: Number(description.defaultMemory) / MIB,
    DefaultCPUs: Number(description.defaultCpus),
    CheckCRC: crc.ok,
    CRC: { Claimed: crcHex(crc.claimed), Computed: crcHex(crc.computed) },
    IsSigned: signature !== undefined,
    ...(signature && signatureReport(signature)),
    ImageName: metadata?.['ImageName'],
    ImageVersion: metadata?.['ImageVersion'],
    Metadata: metadata,
    Sections: sectionsReport(description),
    ...(description.strayBytes > 0 && { BytesOutsideSections: description.strayBytes }),
    ...(contents && {
      Kernel: contents.kernel,
      Arguments: contents.args,
      Environment: { ...contents.env },
      Manifest: contents.manifest,
      Files: [...contents.boot, ...contents.application].map(({ name, size }) => ({ name, size })),
    }),
    // Why the image cannot be started here. A real cloud's image is valid, but has another kernel.
    ...(problem && { Problem: problem.message }),
  }
}

function signatureReport(signature: SignatureDescription): Record<string, unknown> {
  const { subject, issuer, curve, notBefore, notAfter, ok, problem } = signature
  return {
    SignatureCheck: ok,
    ...(problem && { SignatureProblem: problem.message }),
    SigningCertificate: {
      Subject: subject,
      Issuer: issuer,
      Curve: curve,
      NotBefore: new Date(notBefore).toISOString(),
      NotAfter: new Date(notAfter).toISOString(),
    },
  }
}

function sectionsReport({ sections }: ImageDescription): unknown[] {
  return sections.map(({ type, flags, offset, dataOffset, dataSize }) => ({
    type,
    flags,
    offset,
    dataOffset,
    size: dataSize,
    measured: type !== 'metadata' && type !== 'signature',
  }))
}

function crcHex(crc: number): string {
  return crc.toString(16).padStart(8, '0')
}
