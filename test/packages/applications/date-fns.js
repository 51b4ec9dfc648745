/** date-fns: arithmetic and formats. */
import { addMonths, differenceInDays, format, formatDistance, isValid, parseISO } from 'date-fns'

export default async function main() {
  const start = parseISO('2024-01-31T00:00:00Z')
  if (addMonths(start, 1).toISOString() !== '2024-02-29T00:00:00.000Z') throw new Error('addMonths')
  if (differenceInDays(addMonths(start, 1), start) !== 29) throw new Error('differenceInDays')
  if (format(start, 'yyyy-MM-dd EEEE') !== '2024-01-31 Wednesday')
    throw new Error(format(start, 'yyyy-MM-dd EEEE'))
  if (formatDistance(start, addMonths(start, 1)) !== '29 days') throw new Error('formatDistance')
  if (isValid(parseISO('2024-13-01'))) throw new Error('isValid')
}
