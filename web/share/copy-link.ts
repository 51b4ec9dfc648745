/**
 * Copies a link to this page with the fragment `link`. It is put into the address as well, for browsers that do not let
 * a page write to the clipboard: false if it is only there.
 */
export async function copyLink(link: string): Promise<boolean> {
  const url = new URL(link, location.href)
  history.replaceState(history.state, '', url)
  try {
    await navigator.clipboard.writeText(url.href)
    return true
  } catch {
    return false
  }
}
