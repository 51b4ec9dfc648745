/** One enclave on the page: its state, its PCRs, and what can be done with it. */
import { pcrHex, pcrsToHex } from '../../src/base/pcrs.ts'
import { describeEnd, type EndReason } from '../../src/hypervisor/end-reason.ts'
import type { EnclaveDescription } from '../../src/parent/enclave.ts'
import { attest } from '../attest.ts'
import type { OpenHost } from '../host/open.ts'
import type { ChosenImage } from '../image.ts'
import { byId, element, fact, hex, onPress, part } from './dom.ts'
import { newestText, shown } from './newest.ts'
import { reporting } from './problem.ts'
import { TalkPanel } from './talk.ts'
import { showVerdict } from './verdict.ts'

/** The content of a card. */
export interface CardOptions {
  readonly open: OpenHost
  readonly enclave: EnclaveDescription
  /** The chosen image, whose PCR0 is the reference value. */
  readonly image: ChosenImage
  /** The offset of the changed byte in a tampered copy. */
  readonly changedByte: number | undefined
}

/** Creates the card of a running enclave. `onRemove` is called when the user removes the card. */
export function enclaveCard(options: CardOptions, onRemove: () => void): HTMLElement {
  const { open, enclave, image, changedByte } = options
  const { host, facts } = open
  const template = byId('enclave-card', HTMLTemplateElement)
  const card = (template.content.cloneNode(true) as DocumentFragment).querySelector('article')
  if (!card) throw new Error('the template of a card is empty')
  const isDebug = enclave.launchMode === 'debug'
  const title = part(card, 'title', HTMLHeadingElement)
  title.textContent = `Enclave ${enclave.id}`
  title.id = `enclave-${enclave.id}`
  card.setAttribute('aria-labelledby', title.id)
  part(card, 'badges', HTMLParagraphElement).append(
    element('span', 'badge', `CID ${enclave.cid}`),
    element('span', 'badge', `${enclave.vcpus} vCPU, ${enclave.memoryMiB} MiB`),
    ...(isDebug ? [element('span', 'badge strong', 'debug mode')] : []),
    ...(changedByte === undefined ? [] : [element('span', 'badge strong', `byte ${changedByte} changed`)]),
  )
  showPcrs(card, enclave, image.pcr0)
  const readConsole = consolePanel(card, open, enclave)
  const talk = new TalkPanel(part(card, 'talk', HTMLElement), host, enclave.id, () => void readConsole())

  const panel = part(card, 'attest', HTMLElement)
  const verdict = part(panel, 'verdict', HTMLDivElement)
  const ask = part(panel, 'ask', HTMLButtonElement)
  onPress(ask, () =>
    reporting(part(panel, 'problem', HTMLDivElement), async () => {
      verdict.replaceChildren()
      showVerdict(verdict, await attest(host, facts, enclave.id, talk.port, image.pcr0))
      await readConsole()
    }),
  )

  const stop = part(card, 'stop', HTMLButtonElement)
  const remove = part(card, 'remove', HTMLButtonElement)
  const state = part(card, 'state', HTMLParagraphElement)
  showState(state, 'running', '● running')
  onPress(stop, async () => {
    showState(state, 'stopping', '◐ stopping')
    await host.stop(enclave.id)
  })
  onPress(remove, async () => {
    card.remove()
    await host.forget(enclave.id)
    onRemove()
  })
  void host.ended(enclave.id).then(async (reason: EndReason) => {
    showState(state, 'ended', `○ ended · ${describeEnd(reason)}`)
    talk.end()
    ask.disabled = true
    const hadFocus = document.activeElement === stop
    stop.hidden = true
    remove.hidden = false
    if (hadFocus) remove.focus()
    await readConsole()
  })
  return card
}

function showState(place: HTMLElement, state: EnclaveDescription['state'], text: string): void {
  place.dataset['state'] = state
  place.textContent = text
}

/** What each PCR measures, in the profile of the page's parent instance. */
const MEANING: Readonly<Record<string, string>> = {
  PCR0: 'image',
  PCR3: 'agency',
  PCR4: 'parent instance',
  PCR8: 'signing certificate',
}

function showPcrs(card: HTMLElement, { pcrs, launchMode }: EnclaveDescription, expected: string): void {
  const same = pcrHex(pcrs, 0) === expected
  const comparison = part(card, 'comparison', HTMLParagraphElement)
  comparison.dataset['same'] = String(same)
  if (same) comparison.textContent = '✓ PCR0 matches the image you chose.'
  else if (launchMode === 'debug') comparison.textContent = '✗ PCR0 is zero: debug mode proves nothing.'
  else comparison.textContent = '✗ PCR0 does not match the image you chose.'
  part(card, 'pcrs', HTMLDListElement).append(
    ...Object.entries(pcrsToHex(pcrs)).map(([name, value]) => {
      const row = fact(name, /^0+$/.test(value) ? 'zero' : hex(value))
      row.dataset['pcr'] = name
      row.firstChild?.appendChild(element('small', '', ` ${MEANING[name] ?? 'not used'}`))
      return row
    }),
  )
}

/** The console's panel; returns a function that reads the console again. */
function consolePanel(
  card: HTMLElement,
  { host }: OpenHost,
  enclave: EnclaveDescription,
): () => Promise<void> {
  const panel = part(card, 'console', HTMLElement)
  const isDebug = enclave.launchMode === 'debug'
  part(panel, 'closed', HTMLParagraphElement).hidden = isDebug
  part(panel, 'open', HTMLDivElement).hidden = !isDebug
  const text = part(panel, 'text', HTMLTextAreaElement)
  let reading: Promise<void> | undefined
  let isStale = false
  const readOnce = async () => {
    isStale = false
    text.value = newestText(await host.console(enclave.id)) || '(nothing yet)'
    await shown()
  }
  const readAll = async () => {
    try {
      do await readOnce()
      while (isStale)
    } finally {
      reading = undefined
    }
  }
  // Concurrent requests share one read.
  const read = async () => {
    if (!isDebug) return
    isStale = true
    reading ??= readAll()
    await reading
  }
  onPress(part(panel, 'read', HTMLButtonElement), read)
  void read()
  return read
}
