/** What is hashed into PCR0, as a picture, and the value. */
import type { JSX } from 'preact'
import { useRef } from 'preact/hooks'
import { bench } from '../i18n/bench.ts'
import { number, text } from '../i18n/language.ts'
import { applicationOf, type ChosenImage } from '../image/image.ts'
import { downloadBlob } from '../parts/download.ts'
import { Hex } from '../parts/hex.tsx'
import { Press } from '../parts/press.tsx'
import { Side } from '../parts/side.tsx'
import { built, options, program } from './state.ts'

/** A part of the picture: `share` is its width, which grows slower than its size so that small parts can be seen. */
interface Bar {
  readonly name: string
  readonly size: number
  readonly isMeasured: boolean
  readonly share: number
}

const MEASURED = new Set(['kernel', 'cmdline', 'ramdisk'])

/** The sections of an image, in their order. */
function barsOf({ description }: ChosenImage): Bar[] {
  let ramdisks = 0
  return description.sections.map(({ type, dataSize }) => ({
    name: type === 'ramdisk' ? `ramdisk ${ramdisks++}` : type,
    size: dataSize,
    isMeasured: MEASURED.has(type),
    share: Math.log2(dataSize + 2),
  }))
}

export function MeasuredPanel(): JSX.Element {
  const words = text(bench)
  const last = useRef<ChosenImage>(undefined)
  const state = built.value
  const image = 'image' in state ? state.image : undefined
  if (image) last.current = image
  // What was measured before stays in its place, pale, until there is something new; of a refused file there is nothing.
  const isRefused = state.state === 'failed' && program.value.kind === 'file'
  const shown = image ?? (isRefused ? undefined : last.current)
  return (
    <Side of="parent" title={words.measured} id="measurement">
      <p role="status" class="hint">
        {image ? words.upToDate : state.state === 'failed' ? words.notBuilt : words[state.state]}
      </p>
      {shown && <Measured image={shown} isOld={shown !== image} />}
    </Side>
  )
}

function Measured({ image, isOld }: { image: ChosenImage; isOld: boolean }): JSX.Element {
  const words = text(bench)
  const application = applicationOf(image.description)
  const pcr0 = image.pcr0Of(options.profile.value)
  const nameOf = ({ name }: Bar) =>
    name === 'ramdisk 0' && application?.kind === 'component' ? name : (words.sections[name] ?? name)
  return (
    <div class={isOld ? 'measurement outdated' : 'measurement'}>
      <ol class="bars">
        {barsOf(image).map((bar) => (
          <li
            key={bar.name}
            class={bar.isMeasured ? 'measured-part' : 'unmeasured-part'}
            style={{ flexGrow: bar.share }}
          >
            <b>{nameOf(bar)}</b> <span>{words.bytes(number(bar.size))}</span>{' '}
            {!bar.isMeasured && <span>{words.notMeasured}</span>}
          </li>
        ))}
      </ol>
      <p class="hint">{words.measuredHint}</p>
      <p class={isOld ? 'pcr' : 'pcr measured'} key={pcr0} data-image={isOld ? undefined : image.name}>
        <Hex digits={pcr0} name="PCR0" />
      </p>
      <div class="row">
        <Press disabled={isOld} action={() => downloadBlob(image.name, image.file)}>
          {words.download}
        </Press>
      </div>
    </div>
  )
}
