/** `node:assert`: the npm package of that name, which is Node's own code. */
import assert from 'assert/build/assert.js'

export default assert
