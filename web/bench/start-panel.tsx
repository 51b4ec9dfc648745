/** Starting enclaves of the program, or of a tampered copy of its image. */
import { useSignal } from '@preact/signals'
import type { JSX } from 'preact'
import { useEffect, useMemo, useRef } from 'preact/hooks'
import { enclaves, startEnclave, stopEnclave } from '../app/enclaves.ts'
import type { ParentFacts } from '../host/enclave-host.ts'
import { hostFailure, openHost } from '../host/open.ts'
import { bench } from '../i18n/bench.ts'
import { text } from '../i18n/language.ts'
import { type ChosenImage, tamperedCopy } from '../image/image.ts'
import { NumberField } from '../parts/number-field.tsx'
import { Press } from '../parts/press.tsx'
import { attempt, Problem } from '../parts/problem.tsx'
import { ScrollText } from '../parts/scroll.tsx'
import { Side } from '../parts/side.tsx'
import { built, options } from './state.ts'

export function StartPanel(): JSX.Element {
  const words = text(bench)
  const starting = useMemo(attempt, [])
  const status = useSignal('')
  const facts = useParent(starting.error)
  const state = built.value
  const image = state.state === 'ready' ? state.image : undefined
  const isReady = image !== undefined && facts !== undefined
  const start = (isTampered: boolean) =>
    starting.run(async () => {
      if (!image) return
      status.value = words.starting
      try {
        const copy = isTampered ? await tamperedCopy(image) : undefined
        const { profile, vcpus, memoryMiB, cid, debug } = options
        const view = await startEnclave({
          image,
          copy,
          profile: profile.value,
          vcpus: vcpus.value,
          memoryMiB: memoryMiB.value,
          debug: debug.value,
          ...(cid.value > 0 && { cid: cid.value }),
        })
        status.value = words.runs(view.number)
        requestAnimationFrame(() => document.getElementById(`enclave-${view.number}`)?.focus())
      } catch (error) {
        status.value = ''
        throw error
      }
    })
  useRestart(image, () => start(false))
  usePrepared(image)
  return (
    <>
      <Side of="parent" title={words.start}>
        <Options />
        <p class="hint" id="tampered-hint">
          {words.tamperedHint}
        </p>
        <p class="hint">
          {facts
            ? words.parentFacts(facts.instanceId, facts.profile, facts.pool.vcpus, facts.pool.memoryMiB)
            : words.parentCreating}
        </p>
        <details>
          <summary>{words.root}</summary>
          <ScrollText part="root">{facts?.rootCertificate}</ScrollText>
        </details>
      </Side>
      <section class="start-bar" id="start" aria-label={words.startBar}>
        <Problem error={starting.error.value} />
        <div class="row">
          <Press class="main" disabled={!isReady} action={() => start(false)}>
            {words.startButton}
          </Press>
          <Press disabled={!isReady} describedBy="tampered-hint" action={() => start(true)}>
            {words.tampered}
          </Press>
          <p role="status" class="hint">
            {status.value || (isReady ? words.ready : words.waiting[state.state])}
          </p>
        </div>
      </section>
    </>
  )
}

/** Replaces the running enclaves of the program when its image has changed, if the reader wants that. */
function useRestart(image: ChosenImage | undefined, start: () => Promise<void>): void {
  const before = useRef(image)
  useEffect(() => {
    const old = before.current
    if (image) before.current = image
    if (!image || !old || old === image || old.name !== image.name || !options.restart.value) return
    const running = enclaves.value.filter((view) => view.image === old && view.state.value === 'running')
    if (running.length === 0) return
    void Promise.all(running.map(stopEnclave)).then(start)
  }, [image])
}

/** Prepares the image while the reader reads. The start reports what is wrong with it. */
function usePrepared(image: ChosenImage | undefined): void {
  const [profile, memoryMiB] = [options.profile.value, options.memoryMiB.value]
  useEffect(() => {
    if (!image) return
    openHost()
      .enclaves.prepare(image.key, image.file, { profile, memoryMiB })
      .catch(() => {})
  }, [image, profile, memoryMiB])
}

/** The parent instance of the chosen cloud. */
function useParent(error: { value: unknown }): ParentFacts | undefined {
  const facts = useSignal<ParentFacts | undefined>(undefined)
  const profile = options.profile.value
  useEffect(() => {
    facts.value = undefined
    let isCurrent = true
    Promise.race([openHost().enclaves.parent(profile), hostFailure]).then(
      (found) => {
        if (isCurrent) facts.value = found
      },
      (thrown: unknown) => {
        if (isCurrent) error.value = thrown
      },
    )
    return () => {
      isCurrent = false
    }
  }, [profile])
  return facts.value
}

function Options(): JSX.Element {
  const words = text(bench)
  const { profile, vcpus, memoryMiB, cid, debug, restart } = options
  return (
    <fieldset class="options">
      <legend class="hidden-text">{words.start}</legend>
      <label class="field">
        <span>{words.profile}</span>
        <select
          value={profile.value}
          onChange={(event) => {
            profile.value = event.currentTarget.value === 'nitro' ? 'nitro' : 'qingtian'
          }}
        >
          <option value="qingtian">QingTian</option>
          <option value="nitro">Nitro</option>
        </select>
      </label>
      <NumberField name={words.vcpus} value={vcpus} min={1} max={64} />
      <NumberField name={words.memory} value={memoryMiB} min={1} max={4096} />
      <NumberField name={words.cid} value={cid} min={0} max={4294967294} placeholder={words.cidAny} />
      <p class="check-line">
        <label class="check">
          <input
            type="checkbox"
            checked={debug.value}
            aria-describedby="debug-hint"
            onChange={(event) => {
              debug.value = event.currentTarget.checked
            }}
          />
          {words.debug}
        </label>
        <span class="hint" id="debug-hint">
          {words.debugHint}
        </span>
      </p>
      <p class="check-line">
        <label class="check">
          <input
            type="checkbox"
            checked={restart.value}
            onChange={(event) => {
              restart.value = event.currentTarget.checked
            }}
          />
          {words.restart}
        </label>
      </p>
    </fieldset>
  )
}
