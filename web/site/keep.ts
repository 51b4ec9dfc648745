/** What the page sends to its service worker to have a copy of the site kept; the answer is whether there is one. */
export const KEEP = 'webclave: keep a copy'
