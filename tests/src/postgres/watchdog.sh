# Stops the shared server and removes its folder once nobody has used it for a while.
#   $1  the folder      $2  how many seconds are a while
#
# Everything is looked up from inside the folder, so that a folder that took its place is left alone.
trap '' HUP INT TERM
cd "$1" || exit
idle=0

# With `lock`, nobody joins or starts; with `users` too, nobody is there.
clear='
    mv "$1" "$1.gone.$$" || exit
    for data in */data; do
        pid=$(head -n 1 "$data/postmaster.pid") || continue
        # The number may be that of another process by now.
        [ "/proc/$pid/cwd" -ef "$data" ] || continue
        kill -QUIT "$pid"
        waited=0
        while [ -e "$data/postmaster.pid" ] && [ "$waited" -lt 100 ]; do
            sleep 0.1
            waited=$((waited + 1))
        done
    done
    rm -rf "$1.gone.$$"
'

while [ -e users ]; do
    if ! flock -n users true || [ users -nt seen ]; then
        touch -r users seen
        idle=0
    elif [ "$idle" -lt "$2" ]; then
        idle=$((idle + 1))
    else
        flock -n lock flock -n users sh -c "$clear" sh "$1"
    fi
    sleep 1
done
