/**
 * Describes how two images differ and which PCRs that changes: answers the question why PCR0 is different. Uses
 * constant memory: only descriptors, command lines and manifests are read completely.
 */

import { type PcrTexts, pcrsToHex } from '../base/pcrs.ts'
import type { ProfileName } from '../base/profile.ts'
import { canonicalJson, type Json } from './eif/canonical-json.ts'
import { readContainer, type Section } from './eif/container.ts'
import { type ContentsOutline, readOutline } from './eif/contents.ts'
import type { ArchiveEntry } from './eif/cpio.ts'
import { type ImageInput, type ImageSource, openSource, sliceSource } from './eif/source.ts'
import { excerpt } from './excerpt.ts'
import { measure } from './measure/measure.ts'

/** One difference. */
export interface ImageDifference {
  /** `kernel`, `cmdline`, `metadata`, `ramdisk 0`, …, `signature`, or `header`. */
  readonly section: string
  /** Whether it is part of PCR0. */
  readonly measured: boolean
  /** A description of the difference. */
  readonly reason: string
  /** The offset of the first differing byte in the first image, if bytes were compared. */
  readonly offset?: number
}

type Finding = Pick<ImageDifference, 'reason' | 'offset'>

export interface ImageDiff {
  readonly same: boolean
  /** The names of the PCRs that differ, by the rules of each profile. */
  readonly pcrs: Readonly<Record<ProfileName, readonly string[]>>
  readonly differences: readonly ImageDifference[]
}

/** One image, opened. */
interface Side {
  readonly source: ImageSource
  readonly sections: ReadonlyMap<string, Section>
  readonly outline: ContentsOutline | undefined
  readonly pcrs: PcrTexts
  readonly header: string
}

/**
 * Finds the differences between the images `left` and `right`.
 *
 * @throws {EnclaveError} the errors of `measure`, if one of them is not an image.
 * @example
 * const { differences } = await diffImages(before, after)
 * differences[0]?.reason // 'the file app.js differs from byte 12 on: …'
 */
export async function diffImages(left: ImageInput, right: ImageInput): Promise<ImageDiff> {
  const [a, b] = [await open(left), await open(right)]
  const names = (Object.keys(a.pcrs) as (keyof PcrTexts)[]).filter((name) => a.pcrs[name] !== b.pcrs[name])
  const differences: ImageDifference[] = []
  if (a.header !== b.header) {
    differences.push({
      section: 'header',
      measured: false,
      reason: `the header has ${a.header} in the first image, and ${b.header} in the second`,
    })
  }
  for (const section of new Set([...a.sections.keys(), ...b.sections.keys()])) {
    const measured = section !== 'metadata' && section !== 'signature'
    for (const finding of await compareSection(section, a, b))
      differences.push({ section, measured, ...finding })
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
    // An image that webclave did not build is compared as bytes.
    outline: await readOutline(source, container).catch(() => undefined),
    pcrs: pcrsToHex(pcrs),
    header: `version ${version}, flags ${flags}, ${defaultMemory} bytes of memory, ${defaultCpus} CPUs`,
  }
}

async function compareSection(name: string, a: Side, b: Side): Promise<Finding[]> {
  const [left, right] = [a.sections.get(name), b.sections.get(name)]
  if (!left || !right) return [{ reason: `only the ${left ? 'first' : 'second'} image has it` }]
  const bytes = await compareBytes('it', { ...a, ...placeOf(left) }, { ...b, ...placeOf(right) })
  if (!bytes) return []
  const inside = await compareContents(name, a, b)
  return inside.length > 0 ? inside : [bytes]
}

/** Compares a section of webclave's images by its content. */
async function compareContents(name: string, a: Side, b: Side): Promise<Finding[]> {
  if (!a.outline || !b.outline) return []
  const { outline: left } = a
  const { outline: right } = b
  if (name === 'kernel') return compareMembers('', { ...left.kernel }, { ...right.kernel })
  if (name === 'cmdline') {
    return [
      ...compareMembers('', { args: left.args }, { args: right.args }),
      ...compareMembers('environment variable ', left.env, right.env),
    ]
  }
  if (name === 'ramdisk 0') return compareArchives(name, a, b, left.boot, right.boot)
  if (name !== 'ramdisk 1') return []
  return [
    ...(await compareArchives(name, a, b, left.application, right.application)),
    ...compareMembers('manifest: ', { ...left.manifest }, { ...right.manifest }),
  ]
}

type Members = Readonly<Record<string, Json | undefined>>

function compareMembers(label: string, left: Members, right: Members): Finding[] {
  const spell = (value: Json | undefined) =>
    value === undefined ? 'absent' : canonicalJson(value).slice(0, 120)
  return [...new Set([...Object.keys(left), ...Object.keys(right)])]
    .sort()
    .filter((key) => spell(left[key]) !== spell(right[key]))
    .map((key) => ({
      reason: `${label}${key} is ${spell(left[key])} in the first image, ${spell(right[key])} in the second`,
    }))
}

async function compareArchives(
  section: string,
  a: Side,
  b: Side,
  left: readonly ArchiveEntry[],
  right: readonly ArchiveEntry[],
): Promise<Finding[]> {
  const findings: Finding[] = []
  const [ones, others] = [byName(left), byName(right)]
  const place = (side: Side, { offset, size }: ArchiveEntry): Place => ({
    source: side.source,
    offset: side.sections.get(section)!.dataOffset + offset,
    size,
  })
  for (const name of new Set([...ones.keys(), ...others.keys()])) {
    const [one, other] = [ones.get(name), others.get(name)]
    const found =
      one && other
        ? await compareBytes(`the file ${name}`, place(a, one), place(b, other))
        : { reason: `only the ${one ? 'first' : 'second'} image has the file ${name}` }
    if (found) findings.push(found)
  }
  return findings
}

function byName(entries: readonly ArchiveEntry[]): ReadonlyMap<string, ArchiveEntry> {
  return new Map(entries.map((entry) => [entry.name, entry]))
}

/** A range of bytes in an image. */
interface Place {
  readonly source: ImageSource
  readonly offset: number
  readonly size: number
}

function placeOf({ dataOffset, dataSize }: Section): Omit<Place, 'source'> {
  return { offset: dataOffset, size: dataSize }
}

async function compareBytes(what: string, a: Place, b: Place): Promise<Finding | undefined> {
  const left = sliceSource(a.source, a.offset, a.size)
  const right = sliceSource(b.source, b.offset, b.size)
  const at = await firstDifference(left, right)
  if (at === undefined) return undefined
  const sizes = a.size === b.size ? `both of ${a.size} bytes` : `of ${a.size} and ${b.size} bytes`
  const texts = `${await excerpt(left, at)} and ${await excerpt(right, at)}`
  return { reason: `${what} differs from byte ${at} on (${sizes}): ${texts}`, offset: a.offset + at }
}

const PIECE = 256 * 1024

/** The offset at which two sources first differ; undefined if they are equal. */
async function firstDifference(left: ImageSource, right: ImageSource): Promise<number | undefined> {
  const shared = Math.min(left.size, right.size)
  for (let offset = 0; offset < shared; offset += PIECE) {
    const length = Math.min(PIECE, shared - offset)
    const [one, other] = [await left.read(offset, length), await right.read(offset, length)]
    for (let at = 0; at < length; at++) if (one[at] !== other[at]) return offset + at
  }
  return left.size === right.size ? undefined : shared
}
