/** `navigator`: ECMA-429, section 6.1, and what packages ask to learn what runs them. */
import { asInterface } from './define.js'

const KEY = Symbol('construct')

export class Navigator {
  constructor(key) {
    if (key !== KEY) throw new TypeError('Illegal constructor')
  }
  get userAgent() {
    return 'webclave'
  }
  get hardwareConcurrency() {
    return 1
  }
  get language() {
    return 'en-US'
  }
  get languages() {
    return Object.freeze(['en-US'])
  }
}
asInterface({ Navigator })

export const navigator = new Navigator(KEY)
