as() { setpriv --reuid=postgres --regid=postgres --clear-groups "$@"; }
export PATH=$USR/lib/postgresql/15/bin:$PATH
install -d -o postgres -g postgres data
as initdb -D data/db --no-sync -E UTF8 --locale=C -A trust | grep -E 'dynamic shared|post-bootstrap'
as pg_ctl -D data/db -l data/log -w -o '-k /tmp' start | tail -1
query() { as psql -At -v ON_ERROR_STOP=1 "$@" postgres; }
query -h /tmp -c 'create table numbers (n int primary key, hash text)'
for i in 1 2 3; do
  query -h 127.0.0.1 -q -c "insert into numbers select g * 10 + $i, md5(g::text) from generate_series(1, 300) g" \
    -c "select count(*) from numbers where n % 10 = $i" > count$i &
done
wait
cat count?
query -h /tmp -c checkpoint -c 'select count(*), sum(n) from numbers' -c 'vacuum analyze numbers'
query -h /tmp -c 'set max_parallel_workers_per_gather = 2; set parallel_setup_cost = 0; set min_parallel_table_scan_size = 0' \
  -c 'select count(*), max(hash) from numbers where n > 100'
query -h /tmp -c "begin; update numbers set hash = 'x'; rollback" -c "select count(*) from numbers where hash = 'x'"
query -h /tmp -c 'select pg_sleep(60)' > /dev/null 2> cancelled &
until_ok eval "test 1 = \$(query -h /tmp -c \"select count(*) from pg_stat_activity where query like 'select pg_sleep%'\")"
query -h /tmp -c "select pg_cancel_backend(pid) from pg_stat_activity where query like 'select pg_sleep%'"
wait $!
cat cancelled
ps -eo user=,args= | grep -oE '^postgres .*(checkpointer|background writer|walwriter|autovacuum launcher)' | tr -s ' ' | sort
as pg_ctl -D data/db -m fast stop | tail -1
as pg_ctl -D data/db -l data/log -w -o '-k /tmp' start | tail -1
query -h /tmp -c 'select count(*) from numbers'
as pg_ctl -D data/db -m immediate stop | tail -1
as pg_ctl -D data/db -l data/log -w -o '-k /tmp' start | tail -1
query -h /tmp -c 'select count(*) from numbers'
as pg_ctl -D data/db -m smart stop | tail -1
grep -oE 'database system (is ready|was shut down|was interrupted|is shut down)|automatic recovery|was not properly shut down' data/log
ls /dev/shm | grep -c PostgreSQL || true
