# Runs a throw-away PgBouncer for as long as standard input is open: see private_cluster.sh.
#
# $1: where to make a temporary directory, which is removed in the end   $2: the program
# $3: the directory of the PostgreSQL server's socket   $4: one more line of its settings, or nothing

trap '' HUP INT TERM PIPE

directory=$(mktemp -d "$1/bookstore-test-XXXXXX") || exit
echo "$directory" 2>/dev/null

cat >"$directory/pgbouncer.ini" <<SETTINGS
[databases]
* = host=$3 port=5432 user=postgres
[pgbouncer]
listen_addr =
listen_port = 6432
unix_socket_dir = $directory
auth_type = any
pool_mode = transaction
$4
SETTINGS

# It is the other end of its socket that says when it is ready.
"$2" "$directory/pgbouncer.ini" </dev/null >"$directory/server.log" 2>&1 &
until [ -S "$directory/.s.PGSQL.6432" ] || ! kill -0 $! 2>/dev/null; do
    sleep 0.05
done
if [ -S "$directory/.s.PGSQL.6432" ]; then echo ready 2>/dev/null; else echo failed 2>/dev/null; fi

while read -r _; do :; done

kill -INT $!
wait
rm -rf "$directory"
