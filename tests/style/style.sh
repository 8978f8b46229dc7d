#!/usr/bin/env bash
# Our own style test: what no compiler checks. Each message names the replacement. Ends with "N passed, N failed".
set -u
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
passed=0 failed=0

# rule MESSAGE LINES: fails when there are lines
rule() {
  if [ -z "$2" ]; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    printf 'STYLE %s\n%s\n' "$1" "$(printf '%s\n' "$2" | head -20)"
  fi
}

pure=$(git ls-files 'src/kernel/*.cpp' 'src/kernel/*.h' 'src/modules/*/rules.cpp' 'src/modules/*/model.h' | grep -v test)
code=$(git ls-files 'src/*.cpp' 'src/*.h' 'tests/*.cpp' 'bench/*.cpp')

rule 'an include with "..": name the face by its full path' "$(grep -nE '#include "\.\./' $code)"
rule 'a clock, thread or file in the kernel or in rules: pass it in from the edge' \
  "$(grep -nE '#include <(chrono|thread|mutex|fstream|filesystem|iostream)>|system_clock|std::rand\b' $pure)"
rule 'SQL outside a store: move it into store.cpp' \
  "$(grep -nE '"(SELECT|INSERT INTO|UPDATE|DELETE FROM) ' $(git ls-files 'src/modules/*.cpp' 'src/http/*.cpp' 'src/server/*.cpp' | grep -v '/store.cpp'))"
rule 'a loose end: finish it or write an issue' "$(grep -nE 'TODO|FIXME|XXX[^X]|HACK' $code | grep -v XXXXXX)"
rule 'the npm lock names a host: omit-lockfile-registry-resolved=true' "$(grep -n '"resolved": *"http' web/package-lock.json)"

known=$(grep -oE '^\| [^|]+\|' docs/sources.md | grep -oE '[A-Z][A-Za-z0-9]*(-D)?(-[0-9n]+(-[0-9]+)?|-FEEL|-CSV|-F)?' | sed -E 's/-n$//' | sort -u)
unknown=$(grep -ohE 'Source: .*' $code | grep -oE '\[[A-Z0-9][A-Za-z0-9.-]*\]' | tr -d '[]' | sort -u | while read -r key; do
  found=
  for name in $known; do case $key in "$name" | "$name"-*) found=yes ;; esac; done
  [ -n "$found" ] || echo "$key"
done)
rule 'a Source: key that docs/sources.md does not explain: add it there' "$unknown"

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
