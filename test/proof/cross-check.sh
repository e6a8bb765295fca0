#!/bin/sh
# A second opinion without any code of ours: cvc5 and z3 answer every query file, and each answer must be the file's :status.
# Usage: test/proof/cross-check.sh [folder, by default out/proof] [seconds per query, by default 120]
# Exit code: 0 all agree, 1 a solver disagrees or does not know, 2 a solver or the queries are missing.
folder=${1:-out/proof}
limit=${2:-120}
for solver in cvc5 z3; do
  command -v "$solver" > /dev/null && continue
  echo "$solver is not installed: install the Debian package $solver." >&2
  exit 2
done
files=$(find "$folder" -name '*.smt2' 2> /dev/null | sort)
if [ -z "$files" ]; then
  echo "There are no queries under $folder: run \`stimgate prove\` first." >&2
  exit 2
fi
failed=0
for solver in cvc5 z3; do
  agreed=0
  total=0
  # The names hold no blanks: the prover refuses such names.
  for file in $files; do
    expected=$(sed -n 's/^(set-info :status \(.*\))$/\1/p' "$file" | head -n 1)
    # Words alone cvc5 turns into bits at once, as its entry for QF_BV in the competition SMT-COMP does.
    case $solver$(grep -m 1 '^(set-logic ' "$file") in
      'cvc5(set-logic QF_BV)') option=--bitblast=eager ;;
      *) option= ;;
    esac
    said=$(timeout -s KILL "$limit" "$solver" $option "$file" 2>&1)
    total=$((total + 1))
    if [ -n "$expected" ] && [ "$said" = "$expected" ]; then
      agreed=$((agreed + 1))
    else
      failed=1
      echo "$solver, $file: \"${said:-no answer within $limit s}\", expected ${expected:-a :status line}"
    fi
  done
  echo "$solver: $agreed of $total queries as expected"
done
exit $failed
