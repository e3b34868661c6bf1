#!/usr/bin/env bash
# Creates Temporal's two databases on PostgreSQL and brings their tables to the version of temporal-sql-tool, which must be
# that of the server that will run. May be repeated, for an upgrade as well: it adds what is missing.
#
#   SQL_HOST=... SQL_USER=... SQL_PASSWORD=... set-up-database.sh
#
# temporal-sql-tool also reads SQL_PORT, SQL_TLS, SQL_TLS_CA_FILE and the other SQL_* variables that its help lists.
set -euo pipefail

: "${SQL_HOST:?set SQL_HOST to the address of PostgreSQL}"
: "${SQL_USER:?set SQL_USER to a user that may create databases}"
: "${SQL_PASSWORD:?set SQL_PASSWORD to its password}"
export SQL_HOST SQL_USER SQL_PASSWORD
export SQL_PORT=${SQL_PORT:-5432} SQL_PLUGIN=postgres12_pgx

# Brings one database, by the name that server.env gives it, to the current version of its schema. Every step leaves what
# an earlier run did as it is.
set_up() {
  local database=$1 schema=$2
  temporal-sql-tool --database "$database" create-database
  temporal-sql-tool --database "$database" setup-schema --version 0.0
  temporal-sql-tool --database "$database" update-schema --schema-name "$schema"
}

set_up "${DBNAME:-temporal}" postgresql/v12/temporal
set_up "${VISIBILITY_DBNAME:-temporal_visibility}" postgresql/v12/visibility
