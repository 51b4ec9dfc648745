/** What the comparison of `assert` needs of `node:util`, which contains the comparison. */
import types from 'node:util/types'

export { types }
