# What differs between machines is put aside: whether the tools find what they look for is what counts.
ps -o pid=,comm= -p 1 | grep -c .
ps aux | head -1 | tr -s ' '
ps -o comm= -p $$
top -bn1 | sed -n '2s/[0-9]\+/N/gp;7p' | tr -s ' '
free | cut -c1-30 | sed 's/[0-9]\+/N/g' | tr -s ' ' | head -2
vmstat | head -2 | tr -s ' '
vmstat -s | sed -E 's/^ *[0-9]+ //' | grep -E 'total memory|page faults|interrupts|forks' | sort
uptime | grep -c 'load average'
pgrep -x -c bash > /dev/null && echo found
findmnt -n -o TARGET /proc
mount | grep -o 'proc on /proc type proc'
df /dev/shm | tail -1 | tr -s ' ' | cut -d' ' -f6
stat -c '%F %a %U' /tmp /etc/passwd
flock /tmp/locked lslocks -n -o COMMAND,TYPE,MODE | tr -s ' ' | grep '^flock'
lsof -p $$ -a -d cwd -Fn | tail -1
setpriv --reuid=33 --regid=33 --clear-groups --inh-caps=+chown --ambient-caps=+chown setpriv --dump | grep -E '^(uid|gid|Inh|Amb|Sec|no_new)'
setpriv --reuid=33 --clear-groups --bounding-set=-all id -u
setpriv --reuid=33 --regid=33 --clear-groups --inh-caps=+chown --ambient-caps=+chown bash -c ': > /tmp/mine; chown 5 /tmp/mine; kill -0 1 2> /dev/null; echo $?; stat -c %u /tmp/mine'
grep ^Cap /proc/self/status | cut -f1
taskset -p $$ | grep -c mask
chrt -p $$ | sed 's/^pid [0-9]*//'
nice -n 5 nice
dpkg --version | head -1
who; echo "who $?"
