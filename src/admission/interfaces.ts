/**
 * Checks the functions and resources that a component imports against those that the kernel provides. Names alone are not
 * enough: jco converts arguments by the types that the component declares, regardless of what the kernel expects.
 */
import type { Extern } from './extern.ts'
import { refusal } from './refusal.ts'
import { type Interface, type Type, UNKNOWN } from './types.ts'
import { INTERFACES } from './world-types.ts'

const REBUILD = 'build it with the interfaces in wit/ of this release'

/** The interface of the import `name`, whatever its patch version; the engine's WASI has another package name. */
function interfaceOf(name: string): Interface | undefined {
  const path = name.replace(/@.*$/, '')
  const known = [path, path.replace(/^webclave:/, 'wasi:')].find((each) => Object.hasOwn(INTERFACES, each))
  return known === undefined ? undefined : INTERFACES[known]
}

/**
 * Every function and resource of an imported interface is one that the interface has, with the same type.
 * @throws {EnclaveError} E_ADMISSION_IMPORT
 */
export function checkInterfaces(imports: readonly Extern[]): void {
  for (const { name, type } of imports) {
    const known = interfaceOf(name)
    if (known === undefined) continue
    if (type.kind !== 'instance') {
      throw refusal(
        'E_ADMISSION_IMPORT',
        `the component imports ${name.slice(0, 80)} with a type that could not be read`,
        'an instance with the functions of the interface',
        type.text.slice(0, 80),
        REBUILD,
      )
    }
    for (const [member, found] of type.exports) checkMember(name, member, found, known)
  }
}

function checkMember(name: string, member: string, found: Type, known: Interface): void {
  if (found.kind === 'value' && found !== UNKNOWN) return
  const place = `${name.slice(0, 80)}, ${member.slice(0, 80)}`
  if (found.kind === 'resource') {
    // A resource may also be another interface's, under the name that it has there.
    if (known.resources.includes(member) && found.text === member) return
    throw refusal(
      'E_ADMISSION_IMPORT',
      `the component imports a resource that the interface does not have: ${place}`,
      known.resources.join(', ') || 'no resources',
      member.slice(0, 80),
    )
  }
  const expected =
    found.kind !== 'instance' && Object.hasOwn(known.functions, member) ? known.functions[member] : undefined
  if (expected === undefined) {
    throw refusal(
      'E_ADMISSION_IMPORT',
      `the component imports something that the interface does not have: ${place}`,
      'functions of the interface',
      member.slice(0, 80),
    )
  }
  if (found.kind === 'function' && found.text === expected) return
  throw refusal(
    'E_ADMISSION_IMPORT',
    `the component declares a function with another type than it has: ${place}`,
    expected.slice(0, 200),
    found.kind === 'function' && found.size <= 100 ? found.text.slice(0, 200) : 'another type',
    REBUILD,
  )
}
