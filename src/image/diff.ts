/**
 * Says in words where two images differ, and which PCRs that moves: for the question "why is PCR0 another one?".
 * Constant memory: only descriptors, command lines and manifests are ever held whole.
 */
import { canonicalJson, type Json } from './canonical-json.ts'
import { readContainer, type Section } from './container.ts'
import { type ContentsOutline, readOutline } from './contents.ts'
import type { ArchiveEntry } from './cpio.ts'
import { measure, type Profile, pcrsToHex } from './measure.ts'
import { type ImageInput, type ImageSource, openSource, sliceSource } from './source.ts'

/** One thing that differs. */
export interface ImageDifference {
  /** `kernel`, `cmdline`, `metadata`, `ramdisk 0`, …, `signature`, or `header`. */
  readonly section: string
  /** Whether it is part of PCR0. */
  readonly measured: boolean
  /** What differs, for people. */
  readonly reason: string
}

export interface ImageDiff {
  readonly same: boolean
  /** The names of the PCRs that differ, under each profile's rules. */
  readonly pcrs: Readonly<Record<Profile, readonly string[]>>
  readonly differences: readonly ImageDifference[]
}

/** One image, opened. */
interface Side {
  readonly source: ImageSource
  readonly sections: ReadonlyMap<string, Section>
  readonly outline: ContentsOutline | undefined
  readonly pcrs: Record<string, string>
  readonly header: string
}

/**
 * What differs between the images `left` and `right`.
 *
 * @throws {EnclaveError} where one of them is no image, as `measure`.
 * @example
 * const { differences } = await diffImages(before, after)
 * differences[0]?.reason // 'the file app.js differs from byte 12 on: …'
 */
export async function diffImages(left: ImageInput, right: ImageInput): Promise<ImageDiff> {
  const [a, b] = [await open(left), await open(right)]
  const names = Object.keys(a.pcrs).filter((name) => a.pcrs[name] !== b.pcrs[name])
  const differences: ImageDifference[] = []
  if (a.header !== b.header) {
    differences.push({
      section: 'header',
      measured: false,
      reason: `the header says ${a.header}, and ${b.header}`,
    })
  }
  for (const section of new Set([...a.sections.keys(), ...b.sections.keys()])) {
    const measured = section !== 'metadata' && section !== 'signature'
    for (const reason of await sectionReasons(section, a, b)) differences.push({ section, measured, reason })
  }
  return {
    same: differences.length === 0,
    pcrs: { qingtian: names.filter((name) => name === 'PCR0' || name === 'PCR8'), nitro: names },
    differences,
  }
}

async function open(input: ImageInput): Promise<Side> {
  const source = await openSource(input)
  const container = await readContainer(source)
  const { version, flags, defaultMemory, defaultCpus } = container
  let ramdisks = 0
  const sections = new Map(
    container.sections.map((section) => [
      section.type === 'ramdisk' ? `ramdisk ${ramdisks++}` : section.type,
      section,
    ]),
  )
  const { pcrs } = await measure(source, { container, profile: 'nitro' })
  return {
    source,
    sections,
    // What cannot be read as ours is compared as bytes.
    outline: await readOutline(source, container).catch(() => undefined),
    pcrs: pcrsToHex(pcrs),
    header: `version ${version}, flags ${flags}, ${defaultMemory} bytes of memory, ${defaultCpus} CPUs`,
  }
}

async function sectionReasons(name: string, a: Side, b: Side): Promise<string[]> {
  const [left, right] = [a.sections.get(name), b.sections.get(name)]
  if (!left || !right) return [`only the ${left ? 'first' : 'second'} image has it`]
  const [one, other] = [data(a.source, left), data(b.source, right)]
  const at = await firstDifference(one, other)
  if (at === undefined) return []
  const inside = await contentReasons(name, a, b)
  return inside.length > 0 ? inside : [bytesReason('it', at, one.size, other.size)]
}

/** Differences in terms of what a section of ours holds. */
async function contentReasons(name: string, a: Side, b: Side): Promise<string[]> {
  if (!a.outline || !b.outline) return []
  const { outline: left } = a
  const { outline: right } = b
  if (name === 'kernel') return memberReasons('', { ...left.kernel }, { ...right.kernel })
  if (name === 'cmdline') {
    return [
      ...memberReasons('', { args: left.args }, { args: right.args }),
      ...memberReasons('environment variable ', left.env, right.env),
    ]
  }
  if (name === 'ramdisk 0') return archiveReasons(name, a, b, left.boot, right.boot)
  if (name !== 'ramdisk 1') return []
  return [
    ...(await archiveReasons(name, a, b, left.application, right.application)),
    ...memberReasons('manifest: ', { ...left.manifest }, { ...right.manifest }),
  ]
}

type Members = Readonly<Record<string, Json | undefined>>

function memberReasons(label: string, left: Members, right: Members): string[] {
  const spell = (value: Json | undefined) =>
    value === undefined ? 'absent' : canonicalJson(value).slice(0, 120)
  return [...new Set([...Object.keys(left), ...Object.keys(right)])]
    .sort()
    .filter((key) => spell(left[key]) !== spell(right[key]))
    .map((key) => `${label}${key} is ${spell(left[key])}, and ${spell(right[key])}`)
}

async function archiveReasons(
  section: string,
  a: Side,
  b: Side,
  left: readonly ArchiveEntry[],
  right: readonly ArchiveEntry[],
): Promise<string[]> {
  const reasons: string[] = []
  const [ones, others] = [byName(left), byName(right)]
  for (const name of new Set([...ones.keys(), ...others.keys()])) {
    const [one, other] = [ones.get(name), others.get(name)]
    if (!one || !other) {
      reasons.push(`only the ${one ? 'first' : 'second'} image has the file ${name}`)
      continue
    }
    const file = (side: Side, entry: ArchiveEntry) =>
      sliceSource(data(side.source, side.sections.get(section)!), entry.offset, entry.size)
    const at = await firstDifference(file(a, one), file(b, other))
    if (at !== undefined) reasons.push(bytesReason(`the file ${name}`, at, one.size, other.size))
  }
  return reasons
}

function byName(entries: readonly ArchiveEntry[]): ReadonlyMap<string, ArchiveEntry> {
  return new Map(entries.map((entry) => [entry.name, entry]))
}

function data(source: ImageSource, section: Section): ImageSource {
  return sliceSource(source, section.dataOffset, section.dataSize)
}

function bytesReason(what: string, at: number, left: number, right: number): string {
  const sizes = left === right ? `both of ${left} bytes` : `of ${left} and ${right} bytes`
  return `${what} differs from byte ${at} on (${sizes})`
}

const PIECE = 256 * 1024

/** Where two sources part; undefined where they never do. */
async function firstDifference(left: ImageSource, right: ImageSource): Promise<number | undefined> {
  const shared = Math.min(left.size, right.size)
  for (let offset = 0; offset < shared; offset += PIECE) {
    const length = Math.min(PIECE, shared - offset)
    const [one, other] = [await left.read(offset, length), await right.read(offset, length)]
    for (let at = 0; at < length; at++) if (one[at] !== other[at]) return offset + at
  }
  return left.size === right.size ? undefined : shared
}
