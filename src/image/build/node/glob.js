/** `path.matchesGlob`: patterns with *, **, ?, [a-z], {a,b} and @(a|b), by the rules of minimatch, which Node uses. */

const CLASSES = {
  alnum: '\\p{L}\\p{Nd}',
  alpha: '\\p{L}',
  digit: '\\p{Nd}',
  lower: '\\p{Ll}',
  space: '\\s',
  upper: '\\p{Lu}',
  word: '\\w',
  xdigit: 'A-Fa-f0-9',
}
const MAX_ALTERNATIVES = 10_000

const escaped = (text) => text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')

/** The index of the bracket that closes the one at `open`; -1 if there is none. */
function closing(text, open, [begin, end]) {
  let depth = 0
  for (let at = open; at < text.length; at++) {
    if (text[at] === begin) depth++
    else if (text[at] === end && --depth === 0) return at
  }
  return -1
}

/** The parts of `text` between separators that are not in brackets. */
function split(text, separator, brackets) {
  const parts = ['']
  for (let at = 0; at < text.length; at++) {
    const end = text[at] === brackets[0] ? closing(text, at, brackets) : -1
    const whole = end > at ? text.slice(at, end + 1) : text[at]
    if (whole === separator) parts.push('')
    else parts[parts.length - 1] += whole
    at += whole.length - 1
  }
  return parts
}

/** The numbers or letters in `1..3`, `01..10..2` or `a..c`. */
function range(text) {
  const [, first, last, step = '1'] =
    /^(-?\d+)\.\.(-?\d+)(?:\.\.(-?\d+))?$/.exec(text) ??
    /^([A-Za-z])\.\.([A-Za-z])(?:\.\.(-?\d+))?$/.exec(text) ??
    []
  if (first === undefined) return undefined
  const isNumber = /\d/.test(first)
  const [from, to] = [first, last].map((each) => (isNumber ? Number(each) : each.charCodeAt(0)))
  const isPadded = isNumber && [first, last].some((each) => /^-?0\d/.test(each))
  const width = isPadded ? Math.max(first.length, last.length) : 0
  const by = Math.max(1, Math.abs(Number(step)))
  const count = Math.min(MAX_ALTERNATIVES, Math.floor(Math.abs(to - from) / by) + 1)
  return Array.from({ length: count }, (_, at) => {
    const value = from + Math.sign(to - from) * by * at
    if (!isNumber) return String.fromCharCode(value)
    return value < 0 ? `-${String(-value).padStart(width - 1, '0')}` : String(value).padStart(width, '0')
  })
}

/** The patterns without braces that `pattern` stands for. */
function expand(pattern) {
  for (let open = pattern.indexOf('{'); open >= 0; open = pattern.indexOf('{', open + 1)) {
    const end = closing(pattern, open, '{}')
    if (end < 0 || pattern[open - 1] === '$') continue
    const inner = pattern.slice(open + 1, end)
    const parts = split(inner, ',', '{}')
    const choices = range(inner) ?? parts.flatMap(expand)
    if (choices.length < 2 && parts.length < 2) continue
    const rest = expand(pattern.slice(end + 1))
    const before = pattern.slice(0, open)
    return choices.flatMap((choice) => rest.map((tail) => before + choice + tail)).slice(0, MAX_ALTERNATIVES)
  }
  return [pattern]
}

const CLASS = /^\[([!^]?)(\]?(?:\[:\w+:\]|[^\]])*)\]/

/** An expression for a part of a path, or for a choice in @(…). */
function sourceOf(pattern) {
  let source = ''
  for (let at = 0; at < pattern.length; at++) {
    const character = pattern[at]
    const end = '?*+@!'.includes(character) && pattern[at + 1] === '(' ? closing(pattern, at + 1, '()') : -1
    if (end > 0) {
      const choices = split(pattern.slice(at + 2, end), '|', '()')
        .map(sourceOf)
        .join('|')
      if (character === '!') {
        const rest = sourceOf(pattern.slice(end + 1))
        return `${source}(?!(?:${choices})${rest}$)[^/]*?${rest}`
      }
      source += `(?:${choices})${character === '@' ? '' : character}`
      at = end
    } else if (character === '*') source += '[^/]*?'
    else if (character === '?') source += '[^/]'
    else if (character === '[') {
      const [whole, not, inner] = CLASS.exec(pattern.slice(at)) ?? []
      const members = inner?.replace(/\[:(\w+):\]|[[\]^\\]/g, (other, name) =>
        name ? (CLASSES[name] ?? '') : `\\${other}`,
      )
      source += members ? `(?!/)[${not && '^'}${members}]` : '\\['
      at += members ? whole.length - 1 : 0
    } else source += escaped(character)
  }
  return source
}

/** Whether a part of a path matches. A dot at its beginning has to be in the pattern. */
function matchesPart(part, pattern) {
  if (part.startsWith('.') && !/^(?:\.|[?*+@]\([^)]*(?<=[(|])\.)/.test(pattern)) return false
  if (part === '' || part === '.' || part === '..') return part === pattern
  return new RegExp(`^(?:${sourceOf(pattern)})$`, 'su').test(part)
}

function matchesParts(parts, [pattern, ...others]) {
  // A slash at the end of a path is ignored.
  if (pattern === undefined) return parts.length === 0 || (parts.length === 1 && parts[0] === '')
  if (pattern !== '**')
    return parts.length > 0 && matchesPart(parts[0], pattern) && matchesParts(parts.slice(1), others)
  if (others.length === 0) return parts.length > 0 && parts.every((part) => !part.startsWith('.'))
  for (let skipped = 0; skipped <= parts.length; skipped++) {
    if (matchesParts(parts.slice(skipped), others)) return true
    if (parts[skipped]?.startsWith('.')) return false
  }
  return false
}

/** The parts of a path, without those that `..` leaves again. */
function partsOf(path) {
  const parts = []
  for (const part of path.replace(/\/+/g, '/').split('/')) {
    if (part === '..' && !['', '.', '..', '**', undefined].includes(parts.at(-1))) parts.pop()
    else parts.push(part)
  }
  return parts.length === 0 ? [''] : parts
}

export function matchesGlob(path, pattern) {
  for (const [name, value] of Object.entries({ path, pattern })) {
    if (typeof value === 'string') continue
    const error = new TypeError(`The "${name}" argument must be of type string`)
    throw Object.assign(error, { code: 'ERR_INVALID_ARG_TYPE' })
  }
  // As in Node, a backslash is a separator, and does not escape.
  const patterns = expand(pattern.replaceAll('\\', '/'))
  return patterns.some((each) => matchesParts(partsOf(path), partsOf(each)))
}
