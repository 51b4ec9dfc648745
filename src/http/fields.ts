/** Fields on their way through the front (RFC 9110, section 7.6.1): those that concern one connection end here. */

/** Fields of one connection, in either direction. */
const OF_CONNECTION = [
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]
/** Fields of a request that are ours: the enclave gets the host of the URL, and the length of what is sent. */
const OWN = ['host', 'content-length', 'expect']

/** The fields that the other side gets. */
export function passedFields(
  fields: Iterable<readonly [name: string, value: string]>,
  isRequest: boolean,
): (readonly [name: string, value: string])[] {
  const all = Array.from(fields, ([name, value]) => [name.toLowerCase(), value] as const)
  const dropped = new Set(isRequest ? [...OF_CONNECTION, ...OWN] : OF_CONNECTION)
  for (const [name, value] of all)
    if (name === 'connection') for (const one of value.split(',')) dropped.add(one.trim().toLowerCase())
  // Without it, nobody would know how long a response is.
  if (!isRequest) dropped.delete('content-length')
  return all.filter(([name]) => !dropped.has(name))
}
