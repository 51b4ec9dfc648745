/** The caller of the KMS in whose name the page's enclaves ask: its access key is known to everybody. */
export const PRINCIPAL = 'arn:aws:iam::000000000000:role/enclave'
export const ACCESS_KEY = {
  accessKeyId: 'WEBCLAVE',
  secretAccessKey: 'known to the parent instance too',
} as const
