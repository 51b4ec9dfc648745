/*
 * The linker has every exported function run the constructors before it and the destructors after it, unless a program
 * calls its constructors itself, which the start code of wasi-libc of 2022 does not. The host calls `cabi_realloc` in the
 * middle of a program: its buffers of stdio would be given up then, and its functions of atexit run. So `main` is wrapped
 * (`--wrap`), as the start code calls it. Later versions of wasi-libc do the same themselves, and call nothing of this.
 */
#include <stdlib.h>

extern void __wasm_call_ctors(void);
extern void __wasm_call_dtors(void);
extern int __real___original_main(void);

int __wrap___original_main(void) {
  __wasm_call_ctors();
  int status = __real___original_main();
  /* The start code calls `exit`, which does the same, for any other status. */
  if (status == 0) __wasm_call_dtors();
  return status;
}
