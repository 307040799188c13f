# For the scripts here: `source bench/start_server.sh`, then `start_server CONFIG LOG` sets $server (its process) and $port.
start_server() {
  "$build/bin/chuks-kitchen" serve --config "$1" >"$2" 2>&1 &
  server=$!
  port=
  for ((i = 0; i < 300; i++)); do
    port=$(sed -n 's|.*url=http://127\.0\.0\.1:\([0-9]*\).*|\1|p' "$2")
    [ -z "$port" ] || return 0
    sleep 0.1
  done
  cat "$2"
  return 1
}
