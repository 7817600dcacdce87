redis-server --port 6380 --daemonize yes --dir /tmp --logfile /tmp/log --save '' --unixsocket /tmp/redis.sock
cli() { redis-cli -p 6380 "$@"; }
until_ok eval 'redis-cli -p 6380 ping | grep PONG'
cli set a 1
cli incr a
redis-cli -s /tmp/redis.sock rpush list 1 2 3
cli lrange list 0 -1
cli eval 'return redis.call("get", "a")' 0
cli bgsave
until_ok eval 'redis-cli -p 6380 info persistence | grep rdb_bgsave_in_progress:0'
ls dump.rdb
cli info persistence | tr -d '\r' | grep last_bgsave_status
redis-benchmark -p 6380 -n 1000 -c 20 -P 4 -q -t set,get,lpush | tr '\r' '\n' | grep -c 'requests per second'
cli llen mylist
cli shutdown nosave
sed -n 's/^.*[#*] //p' log | grep -E '^(Ready|DB saved|Background saving term|User requested|Redis is now)'
