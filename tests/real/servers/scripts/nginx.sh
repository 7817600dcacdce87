mkdir site
seq 1 50000 > site/numbers.txt
echo hello > site/index.html
cat > nginx.conf <<'C'
worker_processes 2; user www-data; error_log /tmp/error.log notice; pid /tmp/pid;
events { worker_connections 64; }
http {
  access_log /tmp/access.log; sendfile on; tcp_nopush on; gzip on; gzip_types text/plain;
  client_body_temp_path /tmp/1; proxy_temp_path /tmp/2; fastcgi_temp_path /tmp/3; uwsgi_temp_path /tmp/4; scgi_temp_path /tmp/5;
  server {
    listen 127.0.0.1:8080 reuseport; listen unix:/tmp/http; root /tmp/site;
    location /proxy/ { proxy_pass http://127.0.0.1:8080/; }
  }
}
C
nginx -e /tmp/error.log -c /tmp/nginx.conf -p /tmp
get() { curl -s "$@"; }
until_ok eval 'test $(pgrep -fc "nginx: worker process$") = 2'
ps -C nginx -o user=,args= | grep -o '^.*nginx: [mw][a-z]* process' | sort
get http://127.0.0.1:8080/numbers.txt | cksum
get --compressed http://127.0.0.1:8080/numbers.txt | cksum
get -I http://localhost:8080/ | grep -E '^(HTTP|Server|Content)'
get -r 10-20 http://127.0.0.1:8080/numbers.txt
get http://127.0.0.1:8080/proxy/numbers.txt | cksum
get --unix-socket /tmp/http http://x/
get -o /dev/null -w '%{http_code}\n' http://127.0.0.1:8080/none
for i in 1 2 3 4 5 6; do get http://127.0.0.1:8080/numbers.txt | cksum & done
wait
ss -ltnH | tr -s ' '
kill -HUP $(cat pid)
until_ok grep -q 'gracefully shutting down' error.log
get http://127.0.0.1:8080/
kill -QUIT $(cat pid)
until_ok test ! -e pid
awk '{ print $7, $9, $10 }' access.log | sort | uniq -c | wc -l
