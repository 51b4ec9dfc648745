/** Lists in pages: a limit, and a marker for the start of the next page. Markers are hostile input. */
import { fromBase64, toBase64 } from '../../base/base64.ts'
import type { KmsError } from '../core/error.ts'
import { defaulting, type Fields, integer, invalid, optional, text } from '../core/input.ts'

export interface PageInput {
  /** 1 to 1000. @default 100 */
  readonly limit?: number
  readonly marker?: string | undefined
}

export const pageFields: Fields<PageInput> = {
  limit: defaulting(integer(1, 1000), 100),
  marker: optional(text(1, 1024, /^[A-Za-z0-9+/=]+$/)),
}

/** The start of a page. @throws {KmsError} E_KMS_VALIDATION for an invalid marker. */
export function readMarker(marker: string | undefined): string | undefined {
  if (marker === undefined) return undefined
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(fromBase64(marker))
  } catch {
    throw badMarker()
  }
}

/** The error for an invalid marker. */
export function badMarker(): KmsError {
  return invalid('marker', 'Member must be the nextMarker of an earlier answer')
}

/** The first `limit` of `all`, which has one item more if there is another page. */
export function page<Item>(
  all: readonly Item[],
  limit: number,
  nameOf: (item: Item) => string,
): { items: readonly Item[]; truncated: boolean; nextMarker?: string } {
  const items = all.slice(0, limit)
  const truncated = all.length > limit
  return {
    items,
    truncated,
    ...(truncated && { nextMarker: toBase64(new TextEncoder().encode(nameOf(items.at(-1)!))) }),
  }
}
