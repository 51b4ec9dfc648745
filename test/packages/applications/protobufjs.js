/** protobufjs: a message by a schema that is parsed at run time. */
import protobuf from 'protobufjs'

export default async function main() {
  const { root } = protobuf.parse(
    'syntax = "proto3"; message Point { int32 x = 1; string name = 2; uint64 big = 3; bytes data = 4; }',
  )
  const Point = root.lookupType('Point')
  const bytes = Point.encode(Point.create({ x: -5, name: 'é', data: Uint8Array.of(1, 2) })).finish()
  const { x, name, data } = Point.toObject(Point.decode(bytes))
  if (x !== -5 || name !== 'é' || data[1] !== 2) throw new Error(`${x} ${name}`)
}
