/**
 * The allowlist of a proxy in vsock-proxy's YAML format: `allowlist:`, a list of objects with `address` and `port`
 * (aws-nitro-enclaves-cli, vsock_proxy). Other destinations are not allowed.
 */
import { parse } from 'yaml'
import { EnclaveError } from '../base/error.ts'
import type { Destination } from './rules.ts'

const HOST = /^[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$|^[0-9A-Fa-f:.]{2,45}$/
const MAX_TEXT = 1 << 20

/**
 * Parses an allowlist.
 * @throws {EnclaveError} E_PROXY_ALLOWLIST if it is malformed.
 * @example
 * readAllowlist('allowlist:\n- {address: kms.us-east-1.amazonaws.com, port: 443}')[0].port // 443
 */
export function readAllowlist(text: string): readonly Destination[] {
  if (text.length > MAX_TEXT) throw bad('the allowlist is too long', `${text.length} characters`)
  let value: unknown
  try {
    value = parse(text, { maxAliasCount: 0 })
  } catch (cause) {
    throw bad('the allowlist is not valid YAML', (cause as Error).message.split('\n')[0]!, cause)
  }
  const list = (value as { allowlist?: unknown } | null)?.allowlist
  if (!Array.isArray(list)) throw bad('the key allowlist is missing or not a list', typeof list)
  return list.map((entry: unknown, at) => {
    const { address, port } = (entry ?? {}) as Partial<Destination>
    if (isDestination({ address, port })) return { address: address!.toLowerCase(), port: port! }
    throw bad(
      `entry ${at + 1} of the allowlist is invalid`,
      JSON.stringify(entry)?.slice(0, 100) ?? 'nothing',
    )
  })
}

function isDestination({ address, port }: { address?: unknown; port?: unknown }): boolean {
  return typeof address === 'string' && HOST.test(address) && isPort(port)
}

function isPort(port: unknown): boolean {
  return Number.isInteger(port) && (port as number) >= 1 && (port as number) <= 65535
}

function bad(what: string, got: string, cause?: unknown): EnclaveError {
  return new EnclaveError('E_PROXY_ALLOWLIST', {
    what,
    expected: 'allowlist: a list of { address, port }',
    got,
    cause,
  })
}
