#!/bin/sh
# Bring what reads Parquet in a browser, and with "dev" what judges our HTML: scripts/preview.sh run|dev
# They are other people's: nothing of them is committed. requirements/browser/ names them with their
# checksums, npm fetches them into .venv/browser, and of the reader one file is made for the site.
# Without Node.js and npm, or where npm fails, the site is made without it, and its pages say so.
set -eu
cd "$(dirname "$0")/.."

lock=${1:?run or dev}
home=.venv/browser
reader=src/opendata/catalogue/assets/parquet.js

say() { printf '%s\n' "$*" >&2; }
wanted() { cat requirements/browser/* scripts/preview.sh | cksum; }
installed() { [ -f "$home/installed-$1" ] && [ "$(cat "$home/installed-$1")" = "$(wanted)" ]; }
made() { [ -f "$reader" ] && [ "$(sed -n '2s,^/\*! \(.*\),\1,p' "$reader")" = "$(wanted)" ]; }

bundle() {  # one module, with the licences it stands under
  {
    wanted
    for library in hyparquet fzstd; do
      printf '\n%s\n\n' "$library"
      cat "$home/node_modules/$library/LICENSE"
    done
  } >"$home/notice"
  ( cd "$home" && node_modules/.bin/esbuild parquet.js --bundle --minify --format=esm \
      --log-level=warning --outfile=made.js )
  { printf '// Made by scripts/preview.sh.\n/*! '; cat "$home/notice"; printf '*/\n'; cat "$home/made.js"; } \
    >"$home/reader.js"
  mv "$home/reader.js" "$reader"
}

if ! command -v npm >/dev/null; then
  say "npm is not installed: the site will not show the rows of tables."
  exit 0
fi
if ! installed dev && ! installed "$lock"; then
  say "Installing requirements/browser into $home"
  mkdir -p "$home"
  rm -f "$home"/installed-*
  cp requirements/browser/* "$home"
  [ "$lock" = dev ] && omit= || omit=--omit=dev
  # shellcheck disable=SC2086  # an option or none
  if ! ( cd "$home" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error $omit ) >&2; then
    say "npm could not install it: the site will not show the rows of tables."
    exit 0
  fi
  wanted >"$home/installed-$lock"
fi
made || bundle
