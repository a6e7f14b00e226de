#!/bin/sh
# Shows nixlint at work on copies of the fixtures: `sh docs/demo.sh path/to/nixlint`. What `check` finds is the point here,
# so its exit code 1 does not end the demonstration.
set -u
nixlint=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
fixtures=$(cd "$(dirname "$0")/../fixtures" && pwd)
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cp -R "$fixtures"/. "$place"

show() {
  printf '\n$ nixlint %s\n' "$*"
  "$nixlint" "$@"
  code=$?
  if [ "$code" -gt 1 ]; then exit "$code"; fi
}

cd "$place/wiki-container" || exit 2
printf '== The container of the NixOS wiki: one thing is wrong with it, as its own comment says.\n'
show check .

cd "$place/compose-homelab" || exit 2
printf '\n== A Compose project, converted: the module, then what a person should know.\n'
show convert --root /srv/stairs

cd "$place/channel-config" || exit 2
printf '\n== A host with channels: its containers, checked and then fixed.\n'
show check .
show fix --unsafe-fixes --diff .
show fix --unsafe-fixes .
show check .
