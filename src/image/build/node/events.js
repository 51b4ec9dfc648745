/** `node:events`: Node's own code, as unenv has it, with what that leaves out. */
import * as events from 'unenv/node/events'

const { EventEmitter } = events

function setMaxListeners(count = EventEmitter.defaultMaxListeners, ...emitters) {
  if (emitters.length === 0) EventEmitter.defaultMaxListeners = count
  for (const emitter of emitters) emitter.setMaxListeners?.(count)
}

const members = {
  ...events,
  EventEmitter,
  setMaxListeners,
  listenerCount: (emitter, name) => emitter.listenerCount(name),
}
for (const name of ['default', 'defaultMaxListeners', 'init']) delete members[name]
for (const [name, value] of Object.entries(members)) {
  Object.defineProperty(EventEmitter, name, { value, writable: true, configurable: true, enumerable: true })
}

export default EventEmitter
