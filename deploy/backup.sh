#!/usr/bin/env bash
# Both databases, the results and the settings of one moment, into the folder given; run it daily from a timer or cron.
set -euo pipefail
umask 077
target=${1:?the folder for backups}/$(date --utc +%Y-%m-%dT%H%M%SZ)
mkdir --parents "$target"
set -a; . "${CCM_ENV:-/etc/ccm/ccm.env}"; set +a
pg_dump --format custom --file "$target/ccm.dump" "$CCM_DATABASE_URL"
pg_dump --format custom --file "$target/prefect.dump" "${PREFECT_API_DATABASE_CONNECTION_URL/+asyncpg/}"
tar --create --gzip --file "$target/files.tar.gz" --exclude=prefect/logs "$CCM_OUT" "$CCM_SETTINGS"
sha256sum "$target"/* > "$target/SHA256SUMS"
echo "Backed up to $target"
