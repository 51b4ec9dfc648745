/** Starting enclaves from the chosen image, or from a tampered copy of it. */
import { describeEnd } from '../../src/hypervisor/end-reason.ts'
import type { OpenHost } from '../host/open.ts'
import { type ChosenImage, tamperedCopy } from '../image.ts'
import { byId, onPress, part } from './dom.ts'
import { enclaveCard } from './enclave-card.ts'
import { reporting, showProblem } from './problem.ts'

/** The panel's interface. */
export interface StartPanel {
  /** Sets the image to start. */
  use(image: ChosenImage | undefined): void
}

/** Enables starts once the parent instance exists and an image is chosen. */
export function startPanel(opening: Promise<OpenHost>): StartPanel {
  const panel = byId('start', HTMLElement)
  const problem = part(panel, 'problem', HTMLDivElement)
  const status = part(panel, 'status', HTMLParagraphElement)
  const parent = part(panel, 'parent', HTMLParagraphElement)
  const debug = part(panel, 'debug', HTMLInputElement)
  const buttons = [
    part(panel, 'start', HTMLButtonElement),
    part(panel, 'tampered', HTMLButtonElement),
  ] as const
  let chosen: ChosenImage | undefined
  let open: OpenHost | undefined

  const offer = () => {
    for (const button of buttons) button.disabled = !open || !chosen
    if (open) status.textContent = chosen ? 'Ready to start.' : 'Choose an image first.'
  }
  const start = (tampered: boolean) =>
    reporting(problem, async () => {
      if (!open || !chosen) return
      const image = chosen
      status.textContent = 'Starting…'
      try {
        const copy = tampered ? await tamperedCopy(image) : undefined
        const enclave = await open.host.start(copy?.file ?? image.file, { debug: debug.checked })
        status.textContent = `Enclave ${enclave.id} runs.`
        addCard(enclaveCard({ open, enclave, image, changedByte: copy?.offset }, showWhetherNone))
        void open.host.ended(enclave.id).then((reason) => {
          status.textContent = `Enclave ${enclave.id} ended: ${describeEnd(reason)}`
        })
      } catch (error) {
        status.textContent = ''
        throw error
      }
    })

  onPress(buttons[0], () => start(false))
  onPress(buttons[1], () => start(true))
  offer()
  parent.textContent = 'The parent instance is being created…'
  opening.then(
    (opened) => {
      open = opened
      const { instanceId, profile, lends, share } = opened.facts
      parent.textContent =
        `Parent instance ${instanceId}, profile ${profile}, has ${lends.vcpus} vCPUs and ${lends.memoryMiB} MiB; ` +
        `an enclave gets ${share.vcpus} vCPU and ${share.memoryMiB} MiB.`
      part(panel, 'root', HTMLPreElement).textContent = opened.facts.rootCertificate
      offer()
    },
    (error: unknown) => {
      parent.textContent = 'The parent instance could not be created.'
      showProblem(problem, error)
    },
  )
  return {
    use(image) {
      chosen = image
      offer()
    },
  }
}

/** The newest card comes first and gets the focus, because the user continues there. */
function addCard(card: HTMLElement): void {
  const enclaves = byId('enclaves', HTMLElement)
  part(enclaves, 'cards', HTMLDivElement).prepend(card)
  showWhetherNone()
  part(card, 'title', HTMLHeadingElement).focus()
}

function showWhetherNone(): void {
  const enclaves = byId('enclaves', HTMLElement)
  const cards = part(enclaves, 'cards', HTMLDivElement)
  part(enclaves, 'none', HTMLParagraphElement).hidden = cards.childElementCount > 0
}
