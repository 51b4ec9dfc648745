/** luxon: arithmetic in UTC; what needs data of languages throws an error that says so. */
import { DateTime, Duration, Interval } from 'luxon'

export default async function main() {
  const start = DateTime.fromISO('2024-01-31T10:00:00Z', { zone: 'utc' })
  const end = start.plus({ months: 1, hours: 3 })
  if (end.toISO() !== '2024-02-29T13:00:00.000Z') throw new Error(end.toISO())
  if (end.diff(start, ['days', 'hours']).toObject().days !== 29) throw new Error('diff')
  if (start.weekNumber !== 5 || start.startOf('quarter').month !== 1) throw new Error('calendar')
  if (Duration.fromISO('PT90M').as('hours') !== 1.5) throw new Error('Duration')
  if (Interval.fromDateTimes(start, end).length('hours') !== 699) throw new Error('Interval')
  if (start.toFormat('yyyy-MM-dd HH:mm') !== '2024-01-31 10:00')
    throw new Error(start.toFormat('yyyy-MM-dd HH:mm'))
  let told = ''
  try {
    start.setLocale('de').toLocaleString(DateTime.DATE_FULL)
  } catch (error) {
    told = error.message
  }
  if (!told.includes('Intl')) throw new Error(`without languages: ${told}`)
}
