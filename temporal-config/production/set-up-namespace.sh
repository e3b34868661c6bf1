#!/usr/bin/env bash
# Creates a namespace of temporal-config/namespaces.yaml with the search attributes of search-attributes.yaml. Whoever runs
# it needs the rights to do so; afterwards oncefill needs none of them. May be repeated: what exists is left as it is.
#
#   set-up-namespace.sh NAMESPACE
#
# Uses the `temporal` command line, which finds the server by TEMPORAL_ADDRESS or a profile, as oncefill does.
set -euo pipefail

config_folder=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
namespace=${1:?Usage: $0 NAMESPACE}

# The pairs of a file of `name: value` lines.
pairs() {
  sed -nE 's/^([A-Za-z][A-Za-z0-9-]*): *([A-Za-z0-9]+) *$/\1 \2/p' "$config_folder/$1"
}

retention=$(pairs namespaces.yaml | awk -v name="$namespace" '$1 == name { print $2 }')
if [[ -z $retention ]]; then
  echo "$namespace is not in namespaces.yaml; it lists: $(pairs namespaces.yaml | cut -d' ' -f1 | xargs)." >&2
  exit 2
fi

if temporal operator namespace describe --namespace "$namespace" >/dev/null 2>&1; then
  echo "The namespace $namespace exists."
else
  # Its last word is the environment; what counts is the stamp, which oncefill compares wherever it starts or changes something.
  temporal operator namespace create --namespace "$namespace" --retention "$retention" \
    --data "oncefill.environment=${namespace##*-}" --data oncefill.environment-travels-since=creation
fi

# A server learns of a new namespace by and by: its caches are refreshed every few seconds.
attempts_left=30
until existing=$(temporal operator search-attribute list --namespace "$namespace" 2>/dev/null); do
  if ((--attempts_left == 0)); then
    echo "The namespace $namespace is not usable yet; run this again." >&2
    exit 1
  fi
  sleep 1
done
while read -r name type; do
  if grep -qw "$name" <<<"$existing"; then
    echo "The search attribute $name exists."
  else
    temporal operator search-attribute create --namespace "$namespace" --name "$name" --type "$type"
  fi
done < <(pairs search-attributes.yaml)
