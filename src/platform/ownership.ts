/** Checks that only the current user can have read or written a file or folder. Node only. */

/** The permission bits of the group and of all others. */
const OTHERS = 0o077

/** The part of `fs.Stats` that tells owner and permissions. */
export interface Owned {
  readonly mode: number
  readonly uid: number
}

/**
 * Why a file is not private to this user: it belongs to another user, or its mode gives others access. Undefined if it
 * is private.
 */
export function intrusionOf({ mode, uid }: Owned): 'owner' | 'mode' | undefined {
  const own = globalThis.process.getuid?.()
  // Windows has no such permissions; a user's folder is private there by default.
  if (own === undefined) return undefined
  if (uid !== own) return 'owner'
  return (mode & OTHERS) === 0 ? undefined : 'mode'
}

/** The permissions of a file in octal, as `chmod` takes them. */
export const permissionsOf = ({ mode }: Owned): string => (mode & 0o777).toString(8)
