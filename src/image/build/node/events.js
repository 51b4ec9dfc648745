/** `node:events`: Node's own code, as unenv has it, with what that leaves out. */
import * as events from 'unenv/node/events'

const { EventEmitter } = events

function setMaxListeners(count = EventEmitter.defaultMaxListeners, ...emitters) {
  if (emitters.length === 0) EventEmitter.defaultMaxListeners = count
  for (const emitter of emitters) emitter.setMaxListeners?.(count)
}

export default Object.assign(EventEmitter, {
  ...Object.fromEntries(
    Object.entries(events).filter(([name]) => name !== 'default' && name !== 'defaultMaxListeners'),
  ),
  EventEmitter,
  setMaxListeners,
  listenerCount: (emitter, name) => emitter.listenerCount(name),
  init: undefined,
})
