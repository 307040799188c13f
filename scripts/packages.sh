# The Debian 12 packages this project needs, and the function that installs those that are missing.
# docs/dependencies.md says why each is here. Sourced by ./run, ./test and bench/run.

packages_build=(
  build-essential cmake ninja-build pkg-config
  libpistache-dev libboost-dev libboost-filesystem-dev libboost-system-dev
  libyaml-cpp-dev libcli11-dev nlohmann-json3-dev zlib1g-dev
  libsqlite3-dev libsodium-dev libssl-dev libpq-dev libhiredis-dev libcurl4-openssl-dev libkainjow-mustache-dev libphonenumber-dev libutf8proc-dev libxxhash-dev
  libhowardhinnant-date-dev tzdata
)
packages_test=(
  libgtest-dev libgmock-dev librapidcheck-dev binutils openssl python3 python3-aiosmtpd python3-jsonschema
  postgresql pgbouncer redis-server redis-sentinel nginx-light curl abigail-tools
  chromium
)
# A Node.js from elsewhere brings npm with it, and Debian's is in conflict with that.
command -v npm >/dev/null || packages_test+=(nodejs npm)
packages_fuzz=(clang libclang-rt-14-dev)
packages_style=(clang-format clang-tidy)
packages_bench=(
  wrk libbenchmark-dev nodejs
  python3-fastapi python3-uvicorn uvicorn python3-uvloop python3-httptools
)

install_missing() {
  local missing=() package
  for package in "$@"; do
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing+=("$package")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  local sudo=()
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || {
      echo "These Debian packages are missing, and there is no sudo to install them: ${missing[*]}" >&2
      return 1
    }
    sudo=(sudo)
  fi
  echo "Installing ${#missing[@]} Debian packages: ${missing[*]}"
  "${sudo[@]}" apt-get update -qq
  "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}
