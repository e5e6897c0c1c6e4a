#!/usr/bin/env bash
# Installs what the tests use beside Python and Node on Debian and Ubuntu, as far as it is missing: Chromium, PostgreSQL,
# a Chinese font, and R with its kernel. Needs root or sudo.
set -euo pipefail

missing=()
if [[ -z "${PLAYWRIGHT_CHROMIUM:-}" ]] && ! command -v chromium chromium-browser google-chrome >/dev/null; then
  missing+=(chromium)
fi
if ! command -v initdb >/dev/null && ! compgen -G "/usr/lib/postgresql/*/bin/initdb" >/dev/null; then
  missing+=(postgresql)
fi
if ! fc-list :lang=zh-cn 2>/dev/null | grep -q .; then
  missing+=(fonts-noto-cjk)
fi
if ! R --slave -e 'lapply(c("IRkernel", "httr2", "jsonlite", "tibble"), loadNamespace)' &>/dev/null; then
  missing+=(r-base-core r-cran-irkernel r-cran-httr2 r-cran-jsonlite r-cran-tibble)
fi
if ((${#missing[@]} == 0)); then
  exit 0
fi
root=()
if ((EUID != 0)); then
  root=(sudo)
fi
"${root[@]}" apt-get update -qq
"${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"
