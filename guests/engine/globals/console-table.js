/** console.table: rows and columns in a frame, as Node draws them. */

const isObject = (value) => typeof value === 'object' && value !== null
const isFunction = (value) => typeof value === 'function'

/** The width of a text on a console: wide characters take two columns. */
function widthOf(text) {
  let width = 0
  for (const character of text.normalize('NFC')) {
    if (/\p{Mn}|\p{Me}|\p{Cf}/u.test(character)) continue
    width +=
      /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u.test(
        character,
      )
        ? 2
        : 1
  }
  return width
}

function draw(head, columns) {
  const height = Math.max(0, ...columns.map((column) => column.length))
  const widths = head.map(
    (title, at) => Math.max(widthOf(title), ...Array.from(columns[at], (cell) => widthOf(cell ?? ''))) + 2,
  )
  const rule = widths.map((width) => '─'.repeat(width))
  const row = (cells) =>
    `│${cells.map((cell, at) => ` ${cell}${' '.repeat(widths[at] - widthOf(cell) - 1)}`).join('│')}│`
  const rows = Array.from({ length: height }, (_, at) => row(columns.map((column) => column[at] ?? '')))
  return [`┌${rule.join('┬')}┐`, row(head), `├${rule.join('┼')}┤`, ...rows, `└${rule.join('┴')}┘`].join('\n')
}

/** The rows of the data: the title of the index column, the index of each row and its value. */
function rowsOf(data) {
  if (data instanceof Map)
    return {
      title: '(iteration index)',
      rows: [...data].map(([key, value], at) => [at, value, key]),
      isMap: true,
    }
  if (data instanceof Set)
    return { title: '(iteration index)', rows: [...data].map((value, at) => [at, value]), isSet: true }
  return { title: '(index)', rows: Object.keys(data).map((key) => [key, data[key]]) }
}

/** The table, or undefined if `data` is not an object. `inspected` gives the text of a cell. */
export function table(data, wanted, inspected) {
  if (!isObject(data)) return undefined
  if (wanted !== undefined && !Array.isArray(wanted))
    throw new TypeError('console.table: the columns are not an array')
  const { title, rows, isMap, isSet } = rowsOf(data)
  const text = (value) => inspected(value)
  const index = rows.map(([key]) => `${key}`)
  if (isMap) {
    return draw(
      [title, 'Key', 'Values'],
      [index, rows.map(([, , key]) => text(key)), rows.map(([, value]) => text(value))],
    )
  }
  if (isSet) return draw([title, 'Values'], [index, rows.map(([, value]) => text(value))])
  // As properties of an object, those that are integers come first.
  const columns = Object.create(null)
  const values = []
  rows.forEach(([, item], at) => {
    const isPlain = !isObject(item) && !isFunction(item)
    if (isPlain && wanted === undefined) {
      values[at] = text(item)
      return
    }
    for (const key of wanted ?? Object.keys(item)) {
      columns[key] ??= []
      if (!isPlain && Object.hasOwn(item, key)) columns[key][at] = text(item[key])
    }
  })
  const more = values.length > 0 ? [['Values', values]] : []
  const all = [[title, index], ...Object.entries(columns), ...more]
  return draw(
    all.map(([name]) => name),
    all.map(([, cells]) => cells),
  )
}
