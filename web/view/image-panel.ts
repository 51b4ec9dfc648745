/** Choosing an image (a file, a dropped file, or the echo image), and its description. */
import { type ChosenImage, describeApplication, readImage } from '../image.ts'
import { byId, element, fact, hex, onPress, part } from './dom.ts'
import { reporting, showProblem } from './problem.ts'

const ECHO = 'echo.eif'

/** Lets the user choose, and calls `onChange` with the latest choice; with undefined if it is not an image. */
export function imagePanel(onChange: (image: ChosenImage | undefined) => void): void {
  const panel = byId('image', HTMLElement)
  const problem = part(panel, 'problem', HTMLDivElement)
  const facts = part(panel, 'facts', HTMLDListElement)
  const input = part(panel, 'file', HTMLInputElement)
  let newest = 0

  const choose = (name: string, load: () => Promise<Blob> | Blob) =>
    reporting(problem, async () => {
      // Reading a large image takes time; a later choice takes precedence.
      newest += 1
      const mine = newest
      onChange(undefined)
      facts.replaceChildren()
      const image = await readImage(name, await load())
      if (mine !== newest) return
      facts.replaceChildren(...describe(image))
      if (image.description.problem) showProblem(problem, image.description.problem)
      else onChange(image)
    })

  input.addEventListener('change', () => {
    const file = input.files?.[0]
    if (file) void choose(file.name, () => file)
  })
  onPress(part(panel, 'echo', HTMLButtonElement), async () => {
    input.value = ''
    await choose(ECHO, loadEcho)
  })
  acceptDrops(panel, (file) => {
    input.value = ''
    void choose(file.name, () => file)
  })
}

async function loadEcho(): Promise<Blob> {
  const response = await fetch(new URL(ECHO, document.baseURI))
  if (!response.ok) throw new Error(`${ECHO} could not be loaded: HTTP status ${response.status}`)
  return response.blob()
}

function describe(image: ChosenImage): HTMLElement[] {
  const { size, version, sections, crc, signature } = image.description
  const types = sections.map(({ type }) => type).join(', ')
  return [
    fact('File', `${image.name}, ${size.toLocaleString('en')} bytes`),
    fact('Format', `EIF version ${version}; sections ${types}`),
    fact('Application', describeApplication(image.description)),
    fact('CRC-32', crc.ok ? '✓ valid' : '✗ invalid: the file is damaged'),
    fact(
      'Signature',
      signature ? `${signature.ok ? '✓ valid' : '✗ invalid'}, by ${signature.subject}` : 'none',
    ),
    fact('PCR0', element('span', 'measured', hex(image.pcr0))),
  ]
}

/** Files can be dropped anywhere on the page; otherwise the browser would leave the page to open them. */
function acceptDrops(panel: HTMLElement, onFile: (file: File) => void): void {
  const mark = (over: boolean) => panel.classList.toggle('drop', over)
  document.addEventListener('dragover', (event) => {
    event.preventDefault()
    mark(true)
  })
  document.addEventListener('dragleave', () => mark(false))
  document.addEventListener('drop', (event) => {
    event.preventDefault()
    mark(false)
    const file = event.dataTransfer?.files[0]
    if (file) onFile(file)
  })
}
