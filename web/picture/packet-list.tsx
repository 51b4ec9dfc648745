/** The packets as a list, and the chosen one with its header decoded. */
import { type Signal, useSignal } from '@preact/signals'
import type { JSX } from 'preact'
import { toHex } from '../../src/base/bytes.ts'
import type { EnclaveView } from '../app/enclaves.ts'
import type { ShownPacket } from '../host/report.ts'
import { number as localNumber, text } from '../i18n/language.ts'
import { picture } from '../i18n/picture.ts'
import { Hex } from '../parts/hex.tsx'
import { fieldsOf } from './header-fields.ts'

/** Rows in the list: the newest. */
const MAX_ROWS = 100

export function PacketList({ view }: { view: EnclaveView }): JSX.Element {
  const words = text(picture)
  const chosen = useSignal<ShownPacket | undefined>(undefined)
  const packets = view.packets.value.slice(-MAX_ROWS).toReversed()
  const { in: out, out: into } = view.counters.value
  return (
    <section aria-label={words.packets} class="packets">
      <h3>{words.packets}</h3>
      <p class="hint">{words.packetCount(into.packets, out.packets)}</p>
      {packets.length === 0 ? <p>{words.nothing}</p> : <Rows packets={packets} chosen={chosen} />}
      <div aria-live="polite">{chosen.value && <Chosen packet={chosen.value} />}</div>
    </section>
  )
}

function Rows({
  packets,
  chosen,
}: {
  packets: readonly ShownPacket[]
  chosen: Signal<ShownPacket | undefined>
}): JSX.Element {
  const words = text(picture)
  const { columns, operations } = words
  const start = packets.at(-1)?.time ?? 0
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls
    <div class="table" tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th scope="col">{columns.number}</th>
            <th scope="col">{columns.time}</th>
            <th scope="col">{columns.way}</th>
            <th scope="col">{columns.operation}</th>
            <th scope="col">{columns.ports}</th>
            <th scope="col">{columns.length}</th>
          </tr>
        </thead>
        <tbody>
          {packets.map((packet) => {
            const { number, time, direction, header, payloadLength } = packet
            return (
              <tr key={number} class={direction === 'in' ? 'from-enclave' : 'to-enclave'}>
                <td>
                  <button
                    type="button"
                    class="link"
                    aria-pressed={chosen.value?.number === number}
                    onClick={() => {
                      chosen.value = packet
                    }}
                  >
                    {number}
                  </button>
                </td>
                <td>{`+${(time - start).toFixed(1)} ms`}</td>
                <td>{direction === 'in' ? words.toParent : words.toEnclave}</td>
                <td>{operations[header.operation] ?? header.operation}</td>
                <td>{`${header.sourcePort} → ${header.destinationPort}`}</td>
                <td>{localNumber(payloadLength)}</td>
              </tr>
            )
          })}
        </tbody>
      </table>
    </div>
  )
}

function Chosen({ packet }: { packet: ShownPacket }): JSX.Element {
  const words = text(picture)
  const { number, header, payload, payloadLength } = packet
  return (
    <div class="chosen">
      <h4>{words.chosen(number)}</h4>
      <p class="hint">{words.header}</p>
      <dl class="facts header-fields">
        {fieldsOf(header).map(({ name, offset, value, bytes }) => (
          <div key={name}>
            <dt>
              <code>{name}</code> @{offset}
            </dt>
            <dd>
              <code>{bytes}</code> = {value} <span class="hint">{words.fields[name]}</span>
            </dd>
          </div>
        ))}
      </dl>
      {payloadLength === 0 ? (
        <p class="hint">{words.noPayload}</p>
      ) : (
        <>
          <p class="hint">{words.payload(payload.byteLength, payloadLength)}</p>
          <p class="payload">
            <Hex digits={toHex(payload)} />
          </p>
          <p class="payload">
            <bdi>{printable(payload)}</bdi>
          </p>
        </>
      )}
    </div>
  )
}

/** The bytes as text, with a dot for what cannot be printed. */
function printable(bytes: Uint8Array): string {
  return new TextDecoder()
    .decode(bytes)
    .replace(/[\p{C}\p{Z}\ufffd]/gu, (character) => (character === ' ' ? ' ' : '·'))
}
