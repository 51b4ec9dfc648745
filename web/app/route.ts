/** Which view the page shows: the fragment of its address, so that the browser's history works. */
import { type Signal, signal } from '@preact/signals'

export const VIEWS = ['bench', 'document', 'key', 'lessons', 'attacks'] as const
export type ViewName = (typeof VIEWS)[number]

/** A view, and what it shows: the number of a lesson, the name of an attack, or the data of a shared link. */
export interface Route {
  readonly view: ViewName
  readonly rest: string
}

/** Reads a fragment such as `#/lessons/3`; anything unknown is the bench. */
export function readRoute(fragment: string): Route {
  const [, name = '', rest = ''] = /^#\/([a-z]+)(?:\/(.*))?$/.exec(fragment) ?? []
  const view = VIEWS.find((one) => one === name)
  return view ? { view, rest } : { view: 'bench', rest: '' }
}

export const route: Signal<Route> = signal<Route>(readRoute(globalThis.location?.hash ?? ''))

/** The fragment of a view. */
export const linkTo = (view: ViewName, rest = ''): string => `#/${view}${rest && `/${rest}`}`

/** Follows the address; the new view's heading gets the focus, so that a screen reader says where one is. */
export function followAddress(): void {
  addEventListener('hashchange', () => {
    route.value = readRoute(location.hash)
    requestAnimationFrame(() => document.querySelector<HTMLElement>('main h1')?.focus())
  })
}
