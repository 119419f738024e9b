# Runs a throw-away PostgreSQL for as long as standard input is open. The other end of that pipe is held by the test
# run, and the system closes it however the run ends: this is what stops the server after a SIGKILL, too.
#
# $1: the directory of the server programs   $2: where to make a temporary directory, which is removed in the end
#
# Says on standard output which directory it made, and then "ready" or "failed".

# Nothing but the end of the run ends this script; SIGPIPE is what `echo` gets when the run is gone before it is ready.
trap '' HUP INT TERM PIPE

programs=$1
directory=$(mktemp -d "$2/bookstore-test-XXXXXX") || exit
echo "$directory" 2>/dev/null
data=$directory/data
log=$directory/server.log

create() {
    "$programs/initdb" --pgdata="$data" --username=postgres --auth=trust --encoding=UTF8 --locale="$1" --no-sync \
        </dev/null >>"$log" 2>&1
}

# A socket in the data directory needs no free port, and nobody but its owner reaches it, so that no password is needed.
# Nothing has to survive a crash. Each of many tests at a time has a connection pool.
configure() {
    cat >>"$data/postgresql.conf" <<SETTINGS
listen_addresses = ''
port = 5432
unix_socket_directories = '.'
max_connections = 500
shared_buffers = 64MB
fsync = off
synchronous_commit = off
full_page_writes = off
wal_level = minimal
max_wal_senders = 0
autovacuum = off
SETTINGS
}

start() {
    "$programs/pg_ctl" start --pgdata="$data" --log="$log" --wait --timeout=60 </dev/null >>"$log" 2>&1
}

# Not every system has the locale that does not depend on a language but knows UTF-8.
if { create C.UTF-8 || create C; } && configure && start; then
    echo ready 2>/dev/null
else
    echo failed 2>/dev/null
fi

cat >/dev/null

"$programs/pg_ctl" stop --pgdata="$data" --mode=immediate --wait --timeout=60 </dev/null >>"$log" 2>&1
rm -rf "$directory"
