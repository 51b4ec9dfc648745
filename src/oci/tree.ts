/**
 * The file system that the layers of an image make together, in memory and without contents (OCI image-spec, layer.md):
 * whiteouts hide what lower layers have, links stay links. Names and links are hostile; nothing here leads out of the
 * image's root.
 */
import { EnclaveError } from '../base/error.ts'
import type { OciLimits } from './limits.ts'
import { partsOf, stepsOf } from './paths.ts'
import { badTar, shown, tooMuch } from './refusal.ts'
import type { TarEntry } from './tar.ts'

/** The bytes of one or more files: where they are, and how they begin. */
export interface Content {
  readonly layer: number
  /** Which entry of the layer, from 0. */
  readonly entry: number
  readonly size: number
  readonly head: Uint8Array
}

export interface FileNode {
  readonly kind: 'file'
  readonly layer: number
  readonly content: Content
}

export interface LinkNode {
  readonly kind: 'link'
  readonly layer: number
  readonly target: string
}

export interface FolderNode {
  readonly kind: 'folder'
  /** The highest layer that has it. */
  layer: number
  readonly depth: number
  /** The highest layer that has removed what is below it. */
  pruned: number
  readonly entries: Map<string, Node>
}

export type Node = FileNode | LinkNode | FolderNode

/** A node, and its path without links. */
export interface Found<Kind extends Node = Node> {
  readonly node: Kind
  readonly path: readonly string[]
}

const WHITEOUT = '.wh.'
const OF_AUFS = '.wh..wh.'
const OPAQUE = '.wh..wh..opq'
/** As many links as Linux follows. */
const MAX_LINKS = 40

export class Tree {
  readonly root: FolderNode = { kind: 'folder', layer: 0, depth: 0, pruned: 0, entries: new Map() }
  readonly #limits: OciLimits
  /** A name may have many folders, each of which takes memory. */
  #folders = 0
  #steps = 0

  constructor(limits: OciLimits) {
    this.#limits = limits
  }

  /**
   * Adds an entry of layer number `layer`; `item` is its name in errors.
   * @throws {EnclaveError} E_OCI_LINK, E_OCI_TAR, E_OCI_LIMIT
   */
  add({ kind, path, target }: TarEntry, layer: number, content: Content, item: string): void {
    const name = path.at(-1)
    const above = path.slice(0, -1)
    // The root itself; and what AUFS wrote for its own use.
    if (name === undefined || above.some((part) => part.startsWith(OF_AUFS))) return
    if (above.some((part) => part.startsWith(WHITEOUT)))
      throw badTar(
        item,
        `${shown(path.join('/'))} is below a whiteout`,
        'a whiteout without content',
        'an entry',
      )
    const folder = this.#folder(above, layer, item)
    const { entries, depth } = folder
    if (name === OPAQUE) return prune(folder, layer)
    if (name.startsWith(WHITEOUT)) return pruneOne(entries, name.slice(WHITEOUT.length), layer)
    const there = entries.get(name)
    if (kind === 'folder') {
      if (there?.kind === 'folder') there.layer = layer
      else entries.set(name, this.#newFolder(layer, depth + 1, item))
    } else if (kind === 'file') entries.set(name, { kind, layer, content })
    else if (kind === 'link') entries.set(name, { kind, layer, target: this.#checked(target, item) })
    else if (kind === 'hard link') entries.set(name, this.#linked(target, layer, item))
    // Devices and pipes have no content that an enclave could have.
    else entries.delete(name)
  }

  /**
   * What a path leads to, as it would in a container whose root this is: `..` in the root stays there.
   *
   * @param follow whether a link at the end is followed too.
   * @returns undefined if there is nothing.
   * @throws {EnclaveError} E_OCI_LINK for links that never end.
   */
  find(path: string | readonly string[], follow = true): Found | undefined {
    let trail: FolderNode[] = [this.root]
    let names: string[] = []
    const steps = (typeof path === 'string' ? stepsOf(path) : [...path]).reverse()
    this.#count(steps.length, 0, path)
    for (let links = 0, count = steps.length; ; ) {
      const step = steps.pop()
      if (step === undefined) return { node: trail.at(-1)!, path: names }
      if (step === '..') {
        if (names.pop() !== undefined) trail.pop()
        continue
      }
      const next = trail.at(-1)!.entries.get(step)
      const isLast = steps.length === 0
      if (next?.kind === 'folder') {
        trail.push(next)
        names.push(step)
      } else if (next?.kind === 'link' && (follow || !isLast)) {
        if (++links > MAX_LINKS) throw endless(path, `${MAX_LINKS} links`)
        if (next.target.startsWith('/')) [trail, names] = [[this.root], []]
        const more = stepsOf(next.target).reverse()
        this.#count(more.length, count, path)
        count += more.length
        for (const each of more) steps.push(each)
      } else return next && isLast ? { node: next, path: [...names, step] } : undefined
    }
  }

  /** Counts `more` steps of a path that had `before`. A few links with long targets lead to thousands of steps. */
  #count(more: number, before: number, path: string | readonly string[]): void {
    if (before + more > this.#limits.steps) throw endless(path, `${this.#limits.steps} steps`)
    this.#steps += more
    if (this.#steps > this.#limits.allSteps)
      throw tooMuch('the paths and links of the image have too many steps', this.#limits.allSteps)
  }

  /** The file that a path leads to. */
  file(path: string | readonly string[]): Found<FileNode> | undefined {
    const found = this.find(path)
    return found?.node.kind === 'file' ? (found as Found<FileNode>) : undefined
  }

  /** The folder for an entry, which is made if it is missing; links on the way are followed. */
  #folder(path: readonly string[], layer: number, item: string): FolderNode {
    let folder = this.root
    for (const [at, name] of path.entries()) {
      const next = folder.entries.get(name)
      if (!next) {
        const made = this.#newFolder(layer, folder.depth + 1, item)
        folder.entries.set(name, made)
        folder = made
        continue
      }
      const found = next.kind === 'link' ? this.find(path.slice(0, at + 1))?.node : next
      if (found?.kind !== 'folder')
        throw badTar(item, `${shown(path.join('/'))} is not a folder`, 'a folder', found?.kind ?? 'nothing')
      folder = found
    }
    return folder
  }

  /** Paths through links can be deeper than any name in the archive. */
  #newFolder(layer: number, depth: number, item: string): FolderNode {
    if (depth > this.#limits.depth)
      throw tooMuch(`${item}: a path is too deep`, `${this.#limits.depth} folders`)
    if (++this.#folders > this.#limits.entries)
      throw tooMuch('the layers have too many folders', this.#limits.entries)
    return { kind: 'folder', layer, depth, pruned: 0, entries: new Map() }
  }

  #checked(target: string, item: string): string {
    if (target !== '' && Buffer.byteLength(target) <= this.#limits.path) return target
    throw tooMuch(`${item}: a link is too long or empty`, `${this.#limits.path} bytes`, target.length)
  }

  /** A further name for a file of this layer or of one below. */
  #linked(target: string, layer: number, item: string): Node {
    const found = this.find(partsOf(target, item, this.#limits), false)?.node
    if (found && found.kind !== 'folder') return { ...found, layer }
    throw new EnclaveError('E_OCI_LINK', {
      what: `${item}: a hard link to ${shown(target)}`,
      expected: 'a file of this layer before the link, or of a layer below',
      got: found ? 'a folder' : 'nothing',
    })
  }
}

function endless(path: string | readonly string[], most: string): EnclaveError {
  return new EnclaveError('E_OCI_LINK', {
    what: `the links at ${shown(typeof path === 'string' ? path : path.join('/'))} never end`,
    expected: `at most ${most}`,
    got: 'more',
  })
}

/**
 * Removes what layers below `layer` have put into a folder. Once for a layer is enough, however often it asks: what it adds
 * itself stays.
 */
function prune(folder: FolderNode, layer: number): void {
  if (folder.pruned >= layer) return
  folder.pruned = layer
  for (const name of [...folder.entries.keys()]) pruneOne(folder.entries, name, layer)
}

/** A whiteout concerns lower layers only, wherever in its layer it stands. */
function pruneOne(entries: Map<string, Node>, name: string, layer: number): void {
  const node = entries.get(name)
  if (!node) return
  if (node.kind === 'folder') prune(node, layer)
  const isEmpty = node.kind !== 'folder' || node.entries.size === 0
  if (node.layer < layer && isEmpty) entries.delete(name)
}
