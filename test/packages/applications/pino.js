/** pino: its variant for browsers, which writes to the console or to a function. */
import pino from 'pino'

export default async function main() {
  const seen = []
  const log = pino({ base: undefined, browser: { asObject: true, write: (line) => seen.push(line) } })
  log.child({ part: 'kms' }).info({ a: 1 }, 'hello %s', 'enclave')
  log.debug('not shown')
  const [{ level, a, part, msg }] = seen
  if (seen.length !== 1 || level !== 30 || a !== 1 || part !== 'kms' || !msg.startsWith('hello'))
    throw new Error(JSON.stringify(seen))
  pino().info('to the console')
}
