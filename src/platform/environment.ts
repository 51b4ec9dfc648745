/** Which of the two homes this code runs in. */

/** Whether this is Node, where `node:` modules can be imported. */
export const isNode: boolean = typeof process !== 'undefined' && process.versions?.node !== undefined
