# Runs a throw-away PostgreSQL for as long as standard input is open. The other end of that pipe is held by the test
# run, and the system closes it however the run ends: this is what stops the server after a SIGKILL, too.
#
# $1: the directory of the server programs   $2: where to make a temporary directory, which is removed in the end
# $3: "durable" for a server that keeps what it committed when it crashes
#
# Says on standard output which directory it made, and then "ready" or "failed". Each line of standard input is an order,
# "crash", "stop" or "start", and answered in the same way.

# Nothing but the end of the run ends this script; SIGPIPE is what `echo` gets when the run is gone before it is ready.
trap '' HUP INT TERM PIPE

programs=$1
directory=$(mktemp -d "$2/bookstore-test-XXXXXX") || exit
echo "$directory" 2>/dev/null
durability=$3
data=$directory/data
log=$directory/server.log

create() {
    "$programs/initdb" --pgdata="$data" --username=postgres --auth=trust --encoding=UTF8 --locale="$1" --no-sync \
        </dev/null >>"$log" 2>&1
}

# A socket in the data directory needs no free port, and nobody but its owner reaches it, so that no password is needed.
# Each of many tests at a time has a connection pool.
configure() {
    cat >>"$data/postgresql.conf" <<SETTINGS
listen_addresses = ''
port = 5432
unix_socket_directories = '.'
max_connections = 500
shared_buffers = 64MB
wal_level = minimal
max_wal_senders = 0
autovacuum = off
SETTINGS
    if [ "$durability" != durable ]; then
        cat >>"$data/postgresql.conf" <<SETTINGS
fsync = off
synchronous_commit = off
full_page_writes = off
SETTINGS
    fi
}

start() {
    "$programs/pg_ctl" start --pgdata="$data" --log="$log" --wait --timeout=60 </dev/null >>"$log" 2>&1
}

stop() {
    "$programs/pg_ctl" stop --pgdata="$data" --mode="$1" --wait --timeout=60 </dev/null >>"$log" 2>&1
}

report() {
    if "$@"; then echo ready 2>/dev/null; else echo failed 2>/dev/null; fi
}

# Not every system has the locale that does not depend on a language but knows UTF-8.
create_and_start() {
    { create C.UTF-8 || create C; } && configure && start
}

report create_and_start

while read -r order; do
    case $order in
    crash) report stop immediate ;;
    stop) report stop fast ;;
    start) report start ;;
    esac
done

stop immediate
rm -rf "$directory"
