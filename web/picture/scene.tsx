/** The two sides, the wall between them, and the packets that pass. */
import type { JSX } from 'preact'
import { Op } from '../../src/vsock/packet.ts'
import type { EnclaveView } from '../app/enclaves.ts'
import type { ShownPacket } from '../host/report.ts'
import { text } from '../i18n/language.ts'
import { picture } from '../i18n/picture.ts'
import type { Flight, Player } from './player.ts'

const NAMES = Object.fromEntries(Object.entries(Op).map(([name, value]) => [value, name]))
const KMS_PORT = 8000

export function Scene({ view, player }: { view: EnclaveView; player: Player }): JSX.Element {
  const words = text(picture)
  const busyWithKms = player.flights.value.some(({ packet }) => isForKms(packet))
  const isOver = view.state.value === 'ended'
  const calls = view.calls.value.length
  return (
    <figure class="scene" data-over={isOver}>
      <svg viewBox="0 0 880 260" role="img" aria-label={words.scene}>
        <g class="outside">
          <rect x="10" y="30" width="110" height="86" rx="10" class={busyWithKms ? 'busy' : undefined} />
          <text x="65" y="78">
            {words.kms}
          </text>
          <rect x="10" y="146" width="110" height="86" rx="10" />
          <text x="65" y="194">
            {words.world}
          </text>
          <path d="M120 73 H180 M120 189 H180" />
        </g>
        <g class="parent-side">
          <rect x="180" y="20" width="270" height="220" rx="14" />
          <text x="315" y="52">
            {words.parent}
          </text>
          <text x="315" y="222" class="small">
            CID 3
          </text>
        </g>
        <g class="enclave-side">
          <rect x="580" y="20" width="290" height="220" rx="14" />
          <rect x="586" y="26" width="278" height="208" rx="10" />
          <text x="700" y="52">
            {words.enclaveSide} {view.number}
          </text>
          <text x="700" y="222" class="small">
            CID {view.description.cid}
          </text>
          <rect x="784" y="86" width="70" height="88" rx="8" class="chip" key={calls} />
          <text x="819" y="136" class="small">
            {words.qtsm}
          </text>
        </g>
        <g class="wall-line">
          <rect x="500" y="8" width="30" height="244" />
          {/* Above the lanes, so that no packet hides it. */}
          <text x="515" y="38" transform="rotate(-90 515 38)" dy="0.3em">
            {words.wall}
          </text>
        </g>
        {player.flights.value.map((flight) => (
          <Flying key={flight.packet.number} flight={flight} />
        ))}
      </svg>
    </figure>
  )
}

const isForKms = ({ header }: ShownPacket) =>
  header.sourcePort === KMS_PORT || header.destinationPort === KMS_PORT

function Flying({ flight: { packet, lane } }: { flight: Flight }): JSX.Element {
  const { direction, header, number } = packet
  const y = 80 + lane * 23
  // CREDIT_UPDATE and CREDIT_REQUEST are too long: the list has them in full.
  const [name] = (NAMES[header.operation] ?? '?').split('_')
  return (
    <g class={`flight ${direction === 'in' ? 'leftwards' : 'rightwards'}`} data-packet={number}>
      <rect x="-60" y={y - 10} width="120" height="20" rx="10" />
      <text x="0" y={y + 5} class="small">
        {name}
        {header.length > 0 ? ` ${header.length}` : ''}
      </text>
    </g>
  )
}
