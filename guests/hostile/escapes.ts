/** Prints control sequences that clear the screen, ring the bell, hide text and change its direction. */
console.log('\u001b[2J\u001b]0;title\u0007\u009b31m\r\b')
console.log('\u202egnirts a\u2066')
console.log('plain\ttext, naïve 漢字')
