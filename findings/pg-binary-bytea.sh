#!/usr/bin/env bash
# pg 8.23.1 (npm), PostgreSQL 15.18, Linux x64; needs node, npm and the server's programs (Debian: postgresql).
#
# pg's option `binary` of a query asks for results in PostgreSQL's binary format. One would use it for `bytea` above all,
# whose text format is twice as long, and expect a Buffer, as without the option. But each value of a row is first decoded
# as UTF-8, and there is no parser for the type 17 in this format: the result is a string in which every byte that is not
# UTF-8 has become U+FFFD, without an error or a warning. A value of ASCII bytes looks right.
#
# Seen: of the bytes 00 ff 80 fe, without the option a Buffer of these 4 bytes, with it a string of 4 characters, 3 of
# which are U+FFFD.
set -euo pipefail
here=$(mktemp -d)
as() { if [ "$(id -u)" = 0 ]; then setpriv --reuid=postgres --regid=postgres --init-groups "$@"; else "$@"; fi; }
bin=$(ls -d /usr/lib/postgresql/*/bin | tail -1)
trap 'as "$bin/pg_ctl" -D "$here/data" -m immediate stop >/dev/null; rm -rf "$here"' EXIT
cd "$here"
npm init -y >/dev/null
npm install --no-audit --no-fund --loglevel=error pg@8.23.1 >/dev/null
if [ "$(id -u)" = 0 ]; then chown postgres "$here"; fi
as "$bin/initdb" -D "$here/data" -A trust -U postgres >/dev/null
as "$bin/pg_ctl" -D "$here/data" -o "-k $here -h ''" -l "$here/log" -w start >/dev/null

cat > read.mjs <<'JS'
import pg from 'pg'
const client = new pg.Client({ host: process.cwd(), user: 'postgres' })
await client.connect()
const text = "SELECT '\\x00ff80fe'::bytea AS bytes WHERE $1::int = 1"
const read = async (binary) => (await client.query({ text, values: [1], binary })).rows[0].bytes
const [plain, binary] = [await read(false), await read(true)]
await client.end()
console.log({ plain, binary })
const holds = plain.toString('hex') === '00ff80fe' && binary === '\0\ufffd\ufffd\ufffd'
console.log(holds ? 'as described' : 'it has changed')
process.exit(holds ? 0 : 1)
JS
node read.mjs
