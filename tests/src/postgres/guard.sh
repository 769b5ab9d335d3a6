# Waits for its input to end, which it does when the tests end, however they end. Then stops the
# server in the folder $1, if it still runs, and removes the folder.
trap '' HUP INT TERM
cat >/dev/null
if pid=$(head -n 1 "$1/own/pid" 2>/dev/null) && [ "$(cat "/proc/$pid/comm")" = postgres ]; then
    kill -QUIT "$pid"
    waited=0
    while [ -e "$1/own/pid" ] && [ "$waited" -lt 100 ]; do
        sleep 0.1
        waited=$((waited + 1))
    done
fi
rm -rf "$1"
