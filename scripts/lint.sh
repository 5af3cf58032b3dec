#!/bin/sh
# Style, types, layers: all of them, then the verdict.
set -u
cd "$(dirname "$0")/.." || exit
status=0
for check in "ruff check" "ruff format --check" "mypy" "lint-imports"; do
  # shellcheck disable=SC2086  # a command and its arguments
  if output=$(.venv/bin/$check 2>&1); then
    echo "$check: ok"
  else
    printf '%s:\n%s\n' "$check" "$output"
    status=1
  fi
done
exit $status
