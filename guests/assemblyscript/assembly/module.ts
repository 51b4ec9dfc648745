/**
 * Answers each connection to vsock port 5000 with the outcomes of the QTSM's calls, a line for each: a value, or the
 * number of the error. What it receives is the nonce of a document, whose bytes in hexadecimal are the last line.
 */
import {
  describePcr, errorNumber, extendPcr, getAttestation, getDescribe, getRandom, lockPcr, lockPcrs, Pcr,
} from './qtsm'
import { Connection, Listener, poll } from './vsock'

// The canonical ABI's allocator must be exported by the module.
export { cabi_realloc } from './abi'

const PORT: u32 = 5000
const BACKLOG: u32 = 16
const DIGITS = '0123456789abcdef'

function hex(bytes: StaticArray<u8>): string {
  let text = ''
  for (let at = 0; at < bytes.length; at++) text += DIGITS.charAt(bytes[at] >> 4) + DIGITS.charAt(bytes[at] & 15)
  return text
}

function shown(bytes: StaticArray<u8> | null): string {
  return bytes ? hex(bytes) : errorNumber().toString()
}

function size(bytes: StaticArray<u8> | null): string {
  return bytes ? bytes.length.toString() + ' bytes' : errorNumber().toString()
}

function pcr(register: Pcr | null): string {
  return register ? register.locked.toString() + ' ' + size(register.value) : errorNumber().toString()
}

function done(is: bool): string {
  return is ? 'done' : errorNumber().toString()
}

function description(): string {
  const one = getDescribe()
  if (!one) return errorNumber().toString()
  const version = [one.versionMajor, one.versionMinor, one.versionPatch].join('.')
  return [version, one.moduleId, one.maxPcrs.toString(), one.digest.toString(), one.lockedPcrs.join(',')].join(' ')
}

function outcomes(nonce: StaticArray<u8>): string {
  const data: StaticArray<u8> = [100, 97, 116, 97]
  const lines: string[] = [
    'pcr ' + pcr(describePcr(0)),
    'pcr ' + pcr(describePcr(31)),
    'pcr ' + pcr(describePcr(32)),
    'extend ' + shown(extendPcr(16, data)),
    'extend ' + shown(extendPcr(0, data)),
    'extend ' + shown(extendPcr(16, new StaticArray<u8>(5000))),
    'lock ' + done(lockPcr(17)),
    'lock ' + done(lockPcr(17)),
    'lock ' + done(lockPcrs([18, 19])),
    'lock ' + done(lockPcrs([20, 19])),
    'lock ' + done(lockPcrs([20, 32])),
    'random ' + size(getRandom(256)),
    'random ' + size(getRandom(0)),
    'random ' + size(getRandom(257)),
    'description ' + description(),
    'document ' + size(getAttestation(null, null, new StaticArray<u8>(1025))),
    'document ' + shown(getAttestation(data, nonce, null)),
  ]
  return lines.join('\n')
}

/** Everything that the peer sends, at most as much as fits. */
function received(connection: Connection): StaticArray<u8> {
  const buffer = new StaticArray<u8>(512)
  poll([connection.readable], 1)
  const length = connection.read(buffer)
  return StaticArray.slice<u8>(buffer, 0, length < 0 ? 0 : length)
}

function send(connection: Connection, text: string): void {
  const encoded = String.UTF8.encode(text)
  const bytes = new StaticArray<u8>(encoded.byteLength)
  memory.copy(changetype<usize>(bytes), changetype<usize>(encoded), encoded.byteLength)
  for (let sent = 0; sent < bytes.length; ) {
    poll([connection.writable], 1)
    const count = connection.write(bytes, sent, bytes.length)
    if (count < 0) return
    sent += count
  }
}

/** The application; world-exports.js gives the export its full name. */
export function run(): i32 {
  const listener = Listener.listen(PORT, BACKLOG)
  if (!listener) return 1
  while (true) {
    poll([listener.waiting], 1)
    const connection = listener.accept()
    if (!connection) continue
    send(connection, outcomes(received(connection)))
    connection.close()
  }
}
