#!/usr/bin/env bash
# Puts the password of PostgreSQL into the file that posars reads at every new connection, and keeps it there current.
# Runs in a container of its own beside posars (target `password` of the Dockerfile): ECS can hand a secret over only once,
# at the start of a task.
#
#   password.sh once|always
#
# Needs SECRET (its ARN), FOLDER (a volume of the task), and in `always` EVERY_S: how often it looks unasked. posars asks, when
# the server refuses the password, by touching the file `password.wanted`.
set -euo pipefail
umask 022
# As the first process of its container it would not end by SIGTERM otherwise.
trap 'exit 0' TERM

# In the background, because bash looks at signals only between its own commands.
pause() {
  sleep "$1" &
  wait $!
}

fetch() {
  local json quoted
  json=$(aws secretsmanager get-secret-value --secret-id "$SECRET" --query SecretString --output text) || return 1
  # The value between its quotes; then its escapes are undone, `\\` first, so that each one is read once.
  quoted=$(sed -nE 's/.*"password" *: *"(([^"\\]|\\.)*)".*/\1/p' <<<"$json" |
    sed -E 's/\\\\/\\x5c/g; s/\\"/\\x22/g; s/\\\//\//g')
  [ -n "$quoted" ] || return 1
  # Renamed, so that nobody ever reads half of it.
  printf '%b' "$quoted" >"$FOLDER/password.new"
  mv "$FOLDER/password.new" "$FOLDER/password"
}

until fetch; do
  echo "password: $SECRET cannot be read; trying again in 5 s" >&2
  pause 5
done
[ "${1:-always}" = always ] || exit 0

# posars runs as another user and owns nothing here.
wanted=$FOLDER/password.wanted
: >"$wanted"
chmod 0666 "$wanted"
touch "$FOLDER/password"
while :; do
  # A call of AWS each time would be felt in a small task: it costs most of a second of processor. This costs next to nothing.
  for ((second = 0; second < EVERY_S; second++)); do
    pause 1
    [ ! "$wanted" -nt "$FOLDER/password" ] || break
  done
  fetch || echo "password: $SECRET cannot be read; the one before stays" >&2
done
