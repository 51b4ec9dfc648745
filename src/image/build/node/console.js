/** `node:console`: the engine's, without the class that writes to other streams. */
import { absentMembers } from './absent-members.js'

export default Object.assign(Object.create(globalThis.console), absentMembers('node:console', ['Console']))
