/** The JSON schema (draft 2020-12) of `kms.json`, for editors, made from the shape that the KMS itself checks. */
import { CONFIG, type KmsConfig, type Shape } from './kms-config-shape.ts'

/** What each member means. */
const DESCRIPTIONS: Readonly<Record<keyof KmsConfig, string>> = {
  state: 'Folder of the keys and the master key; by default webclave’s folder in the user’s state directory.',
  store:
    'PostgreSQL instead of an SQLite file in that folder, for several KMSs with one master key: its URL as postgres, or as variable the name of an environment variable with it; needs the package pg.',
  profile: 'Cloud whose attestation documents are believed; qingtian by default.',
  roots:
    'Trusted attestation roots: local (the user’s simulated root, the default), aws, huawei, PEM files, SHA-256 fingerprints.',
  maxAge: 'Maximum age of an attestation document in seconds; 900 by default.',
  nonce: 'Whether every document must contain a nonce of this KMS; optional by default.',
  allowDebug: 'Whether enclaves in debug mode are served, if a policy allows their zero PCRs.',
  explain: 'How much callers learn about a denial; summary by default.',
  region: 'Region in the names of keys.',
  account: 'AWS account ID of 12 digits, in the names of keys.',
  domain: 'Huawei domain ID of the same account.',
  accessKeys: 'Access keys with which requests may be signed.',
  unsigned: 'Caller of unsigned requests, which are otherwise rejected.',
  hosts: 'Host names that unsigned requests may use, besides loopback and host.',
  origins: 'Origins of web pages that may call the KMS, such as https://app.example.',
  host: 'Address to listen on; 127.0.0.1 by default.',
  tls: 'Paths of a certificate and its key in PEM, for HTTPS.',
}

/** A small configuration, as help shows it. */
export const EXAMPLE: KmsConfig = {
  profile: 'nitro',
  roots: ['local', 'aws'],
  accessKeys: [
    {
      accessKeyId: 'AKIDEXAMPLE',
      secretAccessKey: 'secret',
      principal: 'arn:aws:iam::000000000000:user/app',
      policies: [{ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'kms:*', Resource: '*' }] }],
    },
  ],
  origins: ['https://app.example'],
}

/** The schema as a JSON value. */
export function configSchema(): Record<string, unknown> {
  const properties = Object.fromEntries(
    Object.entries(CONFIG).map(([name, shape]) => [
      name,
      { description: DESCRIPTIONS[name as keyof KmsConfig], ...schemaOf(shape) },
    ]),
  )
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'The configuration of qt kms',
    type: 'object',
    properties,
    additionalProperties: false,
    examples: [EXAMPLE],
  }
}

function schemaOf(shape: Shape): Record<string, unknown> {
  if (shape === 'policy') return { description: 'A policy, as JSON or as text.', type: ['string', 'object'] }
  if (typeof shape === 'string') return { type: shape }
  if ('words' in shape) return { enum: shape.words }
  if ('list' in shape) return { type: 'array', items: schemaOf(shape.list) }
  const { members, required } = shape
  return {
    type: 'object',
    properties: Object.fromEntries(Object.entries(members).map(([name, each]) => [name, schemaOf(each)])),
    ...(required && { required }),
    additionalProperties: false,
  }
}
