#!/usr/bin/env bash
# clang 14.0.6, wasm-ld 14 and wasi-libc 0.0~git20220510 of Debian 12; needs node 22 or later and
# `apt-get install clang lld wasi-libc libclang-rt-dev-wasm32`.
#
# A program in C for WASI that also exports a function is called back by its host while `main` runs. A function that
# does nothing should do nothing. Unless something in the program calls `__wasm_call_ctors` itself, and the start code
# of this wasi-libc does not, the linker wraps each exported function: before it the constructors run, again with each
# call, and after it the functions of atexit and the end of stdio. A component calls such a function, `cabi_realloc`,
# whenever it is given a list.
#
# Seen: the function of atexit has run, and the constructor twice, before main goes on: "constructed 1" before the call,
# "atexit" within it, "constructed 2" after it.
set -euo pipefail
command -v clang >/dev/null || { echo 'clang is missing: apt-get install clang lld wasi-libc libclang-rt-dev-wasm32'; exit 2; }
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
cd "$here"
cat > app.c <<'C'
#include <stdlib.h>
#include <unistd.h>
static volatile char count = '0';
static void say(const char *text, char number) {
  char line[] = "             \n";
  for (int at = 0; text[at] != 0; at++) line[at] = text[at];
  line[12] = number;
  write(1, line, sizeof line - 1);
}
__attribute__((constructor)) static void construct(void) { count++; }
static void end(void) { say("atexit", ' '); }
__attribute__((export_name("nothing"))) void nothing(void) {}
__attribute__((import_module("host"), import_name("call_back"))) void call_back(void);
int main(void) {
  atexit(end);
  say("constructed", count);
  call_back();
  say("constructed", count);
  return 0;
}
C
cat > run.mjs <<'JS'
import { readFileSync } from 'node:fs'
import { WASI } from 'node:wasi'
const wasi = new WASI({ version: 'preview1', returnOnExit: true })
const host = { call_back: () => instance.exports.nothing() }
const { instance } = await WebAssembly.instantiate(readFileSync('app.wasm'), { ...wasi.getImportObject(), host })
wasi.start(instance)
JS
PATH=/usr/bin:/bin clang --target=wasm32-wasi -O2 app.c -o app.wasm
seen=$(node --no-warnings run.mjs | tr -s ' \n' ' ')
echo "$seen"
if [ "$seen" = 'constructed 1 atexit constructed 2 ' ] || [ "$seen" = 'constructed 1 atexit constructed 2' ]; then echo 'as described'; else echo 'it has changed'; exit 1; fi
