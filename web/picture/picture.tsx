/** The picture of one enclave: what passes through the wall, and what its security module keeps. */
import type { JSX } from 'preact'
import { useEffect, useMemo } from 'preact/hooks'
import type { EnclaveView } from '../app/enclaves.ts'
import { openHost } from '../host/open.ts'
import { text } from '../i18n/language.ts'
import { picture } from '../i18n/picture.ts'
import { downloadBlob } from '../parts/download.ts'
import { Press } from '../parts/press.tsx'
import { PacketList } from './packet-list.tsx'
import { Player } from './player.ts'
import { Scene } from './scene.tsx'
import { SecurityPanel } from './security-panel.tsx'

export function Picture({ view }: { view: EnclaveView }): JSX.Element {
  const words = text(picture)
  const player = useMemo(() => new Player(), [])
  useEffect(() => () => player.close(), [])
  const packets = view.packets.value
  useEffect(() => player.add(packets), [packets])
  const isPaused = player.isPaused.value
  const download = async () => {
    const bytes = await openHost().enclaves.pcapng(view.number)
    downloadBlob(`enclave-${view.number}.pcapng`, new Blob([bytes]))
  }
  return (
    <div class="picture">
      <Scene view={view} player={player} />
      <div class="row">
        <Press action={() => player.pause(!isPaused)}>{isPaused ? words.play : words.pause}</Press>
        <Press action={() => player.step()} disabled={!isPaused || player.waiting.value === 0}>
          {words.step}
        </Press>
        <Press action={download}>{words.download}</Press>
        <span class="hint" role="status">
          {isPaused && player.waiting.value > 0 && words.waiting(player.waiting.value)}
          {player.skipped.value > 0 && ` ${words.skipped(player.skipped.value)}`}
        </span>
      </div>
      <div class="panes">
        <PacketList view={view} />
        <SecurityPanel view={view} />
      </div>
    </div>
  )
}
