/** Which of the two environments this code runs in: Node or a browser. */

/** Whether this is Node, so that `node:` modules can be imported. */
export const isNode: boolean = typeof process !== 'undefined' && process.versions?.node !== undefined
