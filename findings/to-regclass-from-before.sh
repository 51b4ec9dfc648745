#!/usr/bin/env bash
# PostgreSQL 15.18, Linux x64; needs the server's programs (Debian: postgresql).
#
# `to_regclass('schema.table')` is the usual way to ask whether a table exists, and `READ COMMITTED` lets every statement
# see what others have committed before it. So one would take an advisory lock, ask to_regclass, and make the table if
# there is none. But to_regclass looks into the session's cache of the catalogue, also for what was found absent before;
# messages that the cache is out of date are read when a transaction begins or a relation is locked, and neither happens
# here. It answers NULL for a table that another transaction has committed, and `CREATE TABLE` then fails. A query of
# pg_tables or pg_class in its place is right, and to_regclass is right after it.
#
# Seen: to_regclass NULL, pg_tables 1, to_regclass s.t, in this order, all after the other session's commit.
set -euo pipefail
here=$(mktemp -d)
as() { if [ "$(id -u)" = 0 ]; then setpriv --reuid=postgres --regid=postgres --init-groups "$@"; else "$@"; fi; }
bin=$(ls -d /usr/lib/postgresql/*/bin | tail -1)
trap 'as "$bin/pg_ctl" -D "$here/data" -m immediate stop >/dev/null; rm -rf "$here"' EXIT
if [ "$(id -u)" = 0 ]; then chown postgres "$here"; fi
cd "$here"
as "$bin/initdb" -D "$here/data" -A trust -U postgres >/dev/null
as "$bin/pg_ctl" -D "$here/data" -o "-k $here -h ''" -l "$here/log" -w start >/dev/null
export PGHOST=$here PGUSER=postgres

seen=$("$bin/psql" -qAt --pset=null=NULL <<SQL
BEGIN ISOLATION LEVEL READ COMMITTED;
SELECT 'begin', to_regclass('s.t');
\! $bin/psql -qc 'CREATE SCHEMA s' -c 'CREATE TABLE s.t ()'
SELECT 'to_regclass', to_regclass('s.t');
SELECT 'pg_tables', count(*) FROM pg_tables WHERE schemaname = 's';
SELECT 'to_regclass', to_regclass('s.t');
COMMIT;
SQL
)
echo "$seen"
if [ "$(echo $seen)" = 'begin|NULL to_regclass|NULL pg_tables|1 to_regclass|s.t' ]; then
  echo 'as described'
else
  echo 'it has changed'
  exit 1
fi
