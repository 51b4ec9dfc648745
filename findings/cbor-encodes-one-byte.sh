#!/usr/bin/env bash
# cbor 10.0.12 (npm, its newest version; also 9.0.2, 8.1.0 and 5.2.0), Node 26.10.0 and 24.21.0 (npm `node`), Linux x64;
# needs node and npm.
#
# `cbor` asks for Node 20 or newer, and has worked for years. In Node 26 its `encode` returns the first byte of the result
# and nothing else, without an error: `[1, 2, 3]` becomes 83, a header of COSE a1, whatever they contain. `encodeOne`,
# `encodeCanonical` and the packages above it are as wrong; `encodeAsync` and all ways to decode are right. It collects its
# result in a stream and takes it out by one `read()`, which returns all that is buffered until Node 25, and one chunk in 26.
#
# Seen, [1, 2, 3] and { 1: -35 } by encode, and [1, 2, 3] by encodeAsync: 83010203, a1013822 and 83010203 in Node 24; 83, a1 and
# 83010203 in Node 26, with each of the four versions.
set -euo pipefail
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
cd "$here"
echo '{ "private": true }' > package.json
npm install --no-audit --no-fund --loglevel=error cbor10@npm:cbor@10.0.12 cbor9@npm:cbor@9.0.2 cbor8@npm:cbor@8.1.0 \
  cbor5@npm:cbor@5.2.0 node24@npm:node@24.21.0 node26@npm:node@26.10.0 >/dev/null

cat > encode.cjs <<'JS'
const hex = (bytes) => Buffer.from(bytes).toString('hex')
async function main() {
  for (const name of ['cbor10', 'cbor9', 'cbor8', 'cbor5']) {
    const cbor = require(name)
    const [list, header] = [cbor.encode([1, 2, 3]), cbor.encode(new Map([[1, -35]]))]
    const later = await cbor.encodeAsync([1, 2, 3])
    const decoded = cbor.decode(Buffer.from('83010203', 'hex'))
    console.log(hex(list), hex(header), hex(later), JSON.stringify(decoded))
  }
}
main()
JS
seen=
for version in 24 26; do
  lines=$(node_modules/node$version/bin/node encode.cjs)
  echo "Node $version:"
  echo "$lines"
  seen="$seen$version $(sort -u <<< "$lines"); "
done
if [ "$seen" = '24 83010203 a1013822 83010203 [1,2,3]; 26 83 a1 83010203 [1,2,3]; ' ]; then
  echo 'as described'
else
  echo 'it has changed'
  exit 1
fi
