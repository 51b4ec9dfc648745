#!/usr/bin/env bash
# node:wasi of npm `node` 26.10.0 (24.21.0 too), clang 14 with wasm-ld and wasi-libc of Debian 12, Linux x64; needs node, npm,
# a C compiler and `apt-get install clang lld wasi-libc libclang-rt-dev-wasm32`.
#
# poll() of a file says at once that it is ready: so POSIX has it, so does Linux, and so does the same program as a component
# under jco. Under node:wasi a program that polls its streams works in a pipeline, and fails with EPERM when one of
# them is a file: `program < input.txt`, or `> log.txt`, as in CI. One such stream fails the whole call, and so the loop
# of events that is built on it. Reading and writing the same streams works.
#
# Seen, poll of input and output: ready with pipes everywhere; from and to a file ready natively and in jco, EPERM (63) in
# node:wasi, where the read after it succeeds.
set -euo pipefail
command -v clang >/dev/null || { echo 'clang is missing: apt-get install clang lld wasi-libc libclang-rt-dev-wasm32'; exit 2; }
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
cd "$here"
npm init -y >/dev/null
npm install --no-audit --no-fund --loglevel=error @bytecodealliance/jco@1.35.0 @bytecodealliance/preview2-shim@0.26.0 \
  node24@npm:node@24.21.0 node@26.10.0 >/dev/null
export PATH=$here/node_modules/.bin:$PATH

cat > app.c <<'C'
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <unistd.h>
/* What poll says of one stream, in words. */
static const char *look(int stream, short wanted) {
  struct pollfd one = {stream, wanted, 0};
  int count = poll(&one, 1, 1000);
  return count > 0 ? "ready" : count == 0 ? "nothing" : errno == EPERM ? "EPERM" : "another error";
}
int main(void) {
  char bytes[8];
  const char *input = look(0, POLLIN), *output = look(1, POLLOUT);
  fprintf(stderr, "%s %s %d\n", input, output, (int)read(0, bytes, 8));
  return 0;
}
C
cat > run.mjs <<'JS'
import { readFileSync } from 'node:fs'
import { WASI } from 'node:wasi'
const wasi = new WASI({ version: 'preview1' })
const { instance } = await WebAssembly.instantiate(readFileSync('app.wasm'), wasi.getImportObject())
wasi.start(instance)
JS
clang --target=wasm32-wasi -O1 app.c -o app.wasm
cc -O1 app.c -o native
jco new app.wasm --wasi-command -o component.wasm >/dev/null
printf 'hello' > input.txt
look() {
  "$@" < input.txt 2> files.txt > output.txt
  { cat input.txt | "$@" 2> pipes.txt; } | cat > output.txt
  echo "$(cat files.txt) / $(cat pipes.txt)"
}
seen="native: $(look ./native)
jco: $(look jco run component.wasm)
Node 24: $(look node_modules/node24/bin/node --no-warnings run.mjs)
Node 26: $(look node --no-warnings run.mjs)"
echo 'input, output and bytes read, with files / with pipes'
echo "$seen"
wanted='native: ready ready 5 / ready ready 5
jco: ready ready 5 / ready ready 5
Node 24: EPERM EPERM 5 / ready ready 5
Node 26: EPERM EPERM 5 / ready ready 5'
if [ "$seen" = "$wanted" ]; then echo 'as described'; else echo 'it has changed'; exit 1; fi
