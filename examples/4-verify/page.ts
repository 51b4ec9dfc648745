/** The page: nothing is sent anywhere. */
import { judge } from './judge.ts'

const element = (id: string) => document.getElementById(id)!

element('file').addEventListener('change', async (event) => {
  const [file] = (event.target as HTMLInputElement).files!
  try {
    const { ok, text } = await judge(JSON.parse(await file!.text()))
    element('result').textContent = ok ? 'The document is valid.' : 'Do not trust this document.'
    element('checks').textContent = text
  } catch (error) {
    element('result').textContent = String(error)
    element('checks').textContent = ''
  }
})
