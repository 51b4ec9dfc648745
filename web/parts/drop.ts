/**
 * Files that are dropped anywhere on the page. The view that is shown may take them; no other drop may make the browser
 * leave the page to open a file or a link.
 */
import { type Signal, signal } from '@preact/signals'

type Take = (file: File) => void

/** What the view that is shown does with a file; undefined if it takes none. */
let taker: Take | undefined

/** Whether files are dragged, or were just dropped, that the view does not take. */
export const isRefused: Signal<boolean> = signal(false)

/** Milliseconds for which the reader is told so afterwards. */
const TOLD = 4000
let timer: ReturnType<typeof setTimeout> | undefined

/** Calls `onFile` with each dropped file. Returns a function that ends this. */
export function acceptDrops(onFile: Take): () => void {
  taker = onFile
  return () => {
    if (taker === onFile) taker = undefined
  }
}

/** Begins to watch what is dragged and dropped. Returns a function that ends this. */
export function followDrops(): () => void {
  // Before others get them: the editor would insert the text of a file.
  const handlers = [
    // It may be dropped before the first `dragover` on what it has just entered.
    ['dragenter', over],
    ['dragover', over],
    ['dragleave', leave],
    ['drop', drop],
  ] as const
  for (const [name, handler] of handlers) document.addEventListener(name, handler, true)
  addEventListener('hashchange', untell)
  return () => {
    removeEventListener('hashchange', untell)
    for (const [name, handler] of handlers) document.removeEventListener(name, handler, true)
  }
}

function over(event: DragEvent): void {
  if (!isOurs(event)) return
  const isTaken = hasFiles(event) && taker !== undefined
  if (event.dataTransfer) event.dataTransfer.dropEffect = isTaken ? 'copy' : 'none'
  mark(isTaken)
  if (hasFiles(event) && !isTaken) tell()
}

function leave(event: DragEvent): void {
  // Within the page, the pointer enters something else.
  if (event.relatedTarget === null) mark(false)
}

function drop(event: DragEvent): void {
  if (!isOurs(event)) return
  mark(false)
  const file = event.dataTransfer?.files[0]
  if (!file) return
  if (taker) taker(file)
  else tell()
}

/** Whether an event is for the page, which then handles it: all but text that is dragged into a field. */
function isOurs(event: DragEvent): boolean {
  if (!hasFiles(event) && isField(event.composedPath()[0])) return false
  event.preventDefault()
  event.stopPropagation()
  return true
}

const hasFiles = ({ dataTransfer }: DragEvent) => dataTransfer?.types.includes('Files') ?? false

const isField = (target: EventTarget | undefined) =>
  target instanceof Node &&
  (target instanceof Element ? target : target.parentElement)?.closest(
    'input, textarea, [contenteditable]',
  ) != null

const mark = (isOver: boolean) => document.body.classList.toggle('dropping', isOver)

function tell(): void {
  clearTimeout(timer)
  isRefused.value = true
  timer = setTimeout(untell, TOLD)
}

function untell(): void {
  isRefused.value = false
}
