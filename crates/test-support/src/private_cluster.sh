# Runs a throw-away PostgreSQL for as long as standard input is open. The other end of that pipe is held by the test
# run, and the system closes it however the run ends: this is what stops the server after a SIGKILL, too.
#
# $1: where to make a temporary directory, which is removed in the end   $2: the directory of the server programs
# $3: "durable" for a server that keeps what it committed when it crashes
# $4: the data directory of a durable server, for a standby of it
#
# Says on standard output which directory it made, and then "ready" or "failed". Each line of standard input is an order,
# "crash", "stop", "start", "promote", "demote", "set <a line of postgresql.conf>", "append <such a line>", which waits for a restart, or
# "tls <a directory with server.pem and server.key>", which waits, too. Each is answered in the same way.

# Nothing but the end of the run ends this script; SIGPIPE is what `echo` gets when the run is gone before it is ready.
trap '' HUP INT TERM PIPE

directory=$(mktemp -d "$1/bookstore-test-XXXXXX") || exit
echo "$directory" 2>/dev/null
programs=$2
durability=$3
primary=$4
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
autovacuum = off
SETTINGS
    if [ "$durability" != durable ]; then
        cat >>"$data/postgresql.conf" <<SETTINGS
wal_level = minimal
max_wal_senders = 0
fsync = off
synchronous_commit = off
full_page_writes = off
SETTINGS
    fi
}

# The lock of the primary's socket is copied, too.
copy_primary() {
    "$programs/pg_basebackup" --host="$primary" --username=postgres --pgdata="$data" --write-recovery-conf \
        --checkpoint=fast --no-sync </dev/null >>"$log" 2>&1 && rm "$data/.s.PGSQL.5432.lock"
}

start() {
    "$programs/pg_ctl" start --pgdata="$data" --log="$log" --wait --timeout=60 </dev/null >>"$log" 2>&1
}

stop() {
    "$programs/pg_ctl" stop --pgdata="$data" --mode="$1" --wait --timeout=60 </dev/null >>"$log" 2>&1
}

promote() {
    "$programs/pg_ctl" promote --pgdata="$data" --wait --timeout=60 </dev/null >>"$log" 2>&1
}

# It becomes a standby of nobody, which can be read.
demote() {
    stop fast && touch "$data/standby.signal" && start
}

# A setting that needs a restart waits for it.
set_line() {
    echo "$1" >>"$data/postgresql.conf" && "$programs/pg_ctl" reload --pgdata="$data" </dev/null >>"$log" 2>&1
}

append_line() {
    echo "$1" >>"$data/postgresql.conf"
}

# The server wants to be the only one who can read its key.
use_tls() {
    cp "$1/server.pem" "$1/server.key" "$data" && chmod 600 "$data/server.key" && cat >>"$data/postgresql.conf" <<SETTINGS
listen_addresses = '127.0.0.1'
ssl = on
ssl_cert_file = 'server.pem'
ssl_key_file = 'server.key'
SETTINGS
}

report() {
    if "$@"; then echo ready 2>/dev/null; else echo failed 2>/dev/null; fi
}

# Not every system has the locale that does not depend on a language but knows UTF-8.
create_and_start() {
    if [ -n "$primary" ]; then
        copy_primary && start
    else
        { create C.UTF-8 || create C; } && configure && start
    fi
}

report create_and_start

while read -r order; do
    case $order in
    crash) report stop immediate ;;
    stop) report stop fast ;;
    start) report start ;;
    promote) report promote ;;
    demote) report demote ;;
    'tls '*) report use_tls "${order#tls }" ;;
    'append '*) report append_line "${order#append }" ;;
    'set '*) report set_line "${order#set }" ;;
    esac
done

stop immediate
rm -rf "$directory"
