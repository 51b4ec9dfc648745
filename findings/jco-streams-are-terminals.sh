#!/usr/bin/env bash
# @bytecodealliance/jco 1.35.0 with preview2-shim 0.26.0 (npm; npm `node` 26.10.0), clang 14 with wasm-ld and wasi-libc of
# Debian 12, Linux x64; needs node, npm and `apt-get install clang lld wasi-libc libclang-rt-dev-wasm32`.
#
# `wasi:cli/terminal-stdout` and its siblings give a terminal only where there is one: `isatty` is made of them. Under jco's
# shim for Node they always give one. So a component whose streams are a file, a pipe and a pipe takes all three for
# terminals: it writes colours into logs, asks questions that nobody sees, and its C library writes each line on its own. The
# same program as a module of preview 1 under `node:wasi` is told the truth.
#
# Seen: isatty of 0, 1 and 2 is 000 under node:wasi, 111 under `jco run`, with the same redirections.
set -euo pipefail
command -v clang >/dev/null || { echo 'clang is missing: apt-get install clang lld wasi-libc libclang-rt-dev-wasm32'; exit 2; }
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
cd "$here"
npm init -y >/dev/null
npm install --no-audit --no-fund --loglevel=error @bytecodealliance/jco@1.35.0 @bytecodealliance/preview2-shim@0.26.0 \
  node@26.10.0 >/dev/null
export PATH=$here/node_modules/.bin:$PATH

cat > app.c <<'C'
#include <stdio.h>
#include <unistd.h>
int main(void) {
  printf("%d%d%d\n", isatty(0), isatty(1), isatty(2));
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
jco new app.wasm --wasi-command -o component.wasm >/dev/null
module=$(node --no-warnings run.mjs 2>&1 < app.c | cat)
component=$(jco run component.wasm 2>&1 < app.c | cat)
echo "node:wasi $module, jco $component"
if [ "$module $component" = '000 111' ]; then echo 'as described'; else echo 'it has changed'; exit 1; fi
