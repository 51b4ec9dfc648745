/** Whether what is kept in a file or a folder of Node's can have been read or written by nobody but its user. */

/** Permissions of the group and of everybody else. */
const OTHERS = 0o077

/** As much of a file's state as says whose it is. */
export interface Owned {
  readonly mode: number
  readonly uid: number
}

/** Why it is not this user's alone: it is another user's, or its mode lets others in. Undefined where it is. */
export function intrusionOf({ mode, uid }: Owned): 'owner' | 'mode' | undefined {
  const own = process.getuid?.()
  // Windows keeps its permissions elsewhere; the folder of a user is his own there.
  if (own === undefined) return undefined
  if (uid !== own) return 'owner'
  return (mode & OTHERS) === 0 ? undefined : 'mode'
}

/** The permissions of a file, as `chmod` takes them. */
export const permissionsOf = ({ mode }: Owned): string => (mode & 0o777).toString(8)
