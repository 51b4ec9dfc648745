/** Requests random numbers in every possible way. */
import { getRandom } from 'qingtian:enclave/qtsm'
import { getRandomU64 } from 'wasi:random/random'

console.log(`Math.random ${Math.random()}`)
console.log(`getRandomValues ${crypto.getRandomValues(new Uint8Array(16)).join()}`)
console.log(`qtsm ${getRandom(16).join()}`)
console.log(`wasi ${getRandomU64()}`)
