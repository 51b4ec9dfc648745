/**
 * Links the views of one item: whatever shows it has its id as `data-node`, and pointing at one marks all of them, with
 * what is inside. Done on the elements themselves, because a document has thousands.
 */

/** Marks the item `id` below `place`; undefined marks nothing. */
export function mark(place: ParentNode, id: string | undefined): void {
  for (const element of place.querySelectorAll('.marked')) element.classList.remove('marked')
  if (id === undefined || !/^[\d.]+$/.test(id)) return
  for (const element of place.querySelectorAll(`[data-node="${id}"], [data-node^="${id}."]`))
    element.classList.add('marked')
}

/** The id of the item that an event is about. */
export function nodeOf(event: Event): string | undefined {
  const element = event.target instanceof Element ? event.target.closest('[data-node]') : null
  return element?.getAttribute('data-node') ?? undefined
}
