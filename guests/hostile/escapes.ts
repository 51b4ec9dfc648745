/** Prints what clears a screen, rings a bell, hides text and turns it around. */
console.log('\u001b[2J\u001b]0;title\u0007\u009b31m\r\b')
console.log('\u202egnirts a\u2066')
console.log('plain\ttext, naïve 漢字')
