/** Tokens of card numbers. The same card has the same token; without the key nobody can tell which card it was. */
import { hmac, toHex } from 'webclave/sdk'

/** The token of `card`, whose last four digits it shows. */
export function tokenOf(key: Uint8Array, card: unknown): string {
  const digits = readCard(card)
  return `tok_${toHex(hmac('sha256', key, new TextEncoder().encode(digits)))}_${digits.slice(-4)}`
}

/** The digits of a card number (ISO/IEC 7812): 13 to 19, the last of which is the Luhn check digit. */
function readCard(card: unknown): string {
  const digits = typeof card === 'string' ? card.replace(/[ -]/g, '') : ''
  if (/^\d{13,19}$/.test(digits) && luhn(digits) % 10 === 0) return digits
  // Without the number itself: the message leaves the enclave.
  throw Object.assign(new Error('that is not a card number'), { code: 'E_CARD' })
}

function luhn(digits: string): number {
  return [...digits].reverse().reduce((sum, digit, at) => {
    const value = Number(digit) * (at % 2 === 1 ? 2 : 1)
    return sum + (value > 9 ? value - 9 : value)
  }, 0)
}
