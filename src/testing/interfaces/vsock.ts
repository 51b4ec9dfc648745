/** qingtian:enclave/vsock of the test enclave. Integers of 64 bits are numbers, as the engine gives them. */
import { machine } from '../current.ts'
import { type Resource, type Resources, replace } from '../resources.ts'

const own = (name: 'Connection' | 'Listener') => machine().vsock[name] as unknown as Resource

function connectionOf(given: unknown, resources: Resources): Resource {
  const connection = resources.own(given as Resource)
  const streams = connection['streams']!.bind(connection)
  replace(connection, 'streams', () => {
    const [input, output] = streams() as [Resource, Resource]
    const read = input['read']!.bind(input)
    replace(input, 'read', (length) => read(BigInt(length as number)))
    const checkWrite = output['checkWrite']!.bind(output)
    replace(output, 'checkWrite', () => Number(checkWrite()))
    return [resources.own(input), resources.own(output)]
  })
  return connection
}

export const Connection: object = {
  connect: (remote: unknown) => connectionOf(own('Connection')['connect']!(remote), machine().resources),
}

export const Listener: object = {
  listen(port: unknown, backlog: unknown): Resource {
    const { resources } = machine()
    const listener = resources.own(own('Listener')['listen']!(port, backlog) as Resource)
    const accept = listener['accept']!.bind(listener)
    replace(listener, 'accept', () => connectionOf(accept(), resources))
    return listener
  },
}

export const localCid = (): number => machine().options.cid
