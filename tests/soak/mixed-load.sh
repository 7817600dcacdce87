# A mixed load for bash: ten tenths of $1 rounds each; after each tenth the machine is at rest, and sync
# is called for whoever watches. The last lines say what was computed.
set -u
work=/tmp/mixed
mkdir -p $work
cd $work
mkfifo pipe
exec 7<>pipe

round() {
  local i=$1 j x
  # Forks without exec: subshells and command substitutions.
  for ((j = 0; j < 60; j++)); do
    (exit $((j % 3)))
    x=$(echo "$i.$j")
    sum=$((sum + ${#x} + $?))
  done
  # Pipes, with programs and with loops of the shell between them.
  x=$(seq 60 | while read -r n; do echo $((n * n % 97)); done | sort -n | uniq -c | wc -l)
  sum=$((sum + x))
  # Files: made, linked, renamed, written through, removed.
  mkdir -p tree/a
  for j in 1 2 3; do
    printf '%*s' $((j * 4000)) "$i" > tree/a/f$j
    ln tree/a/f$j tree/a/g$j
    echo more >> tree/a/g$j
  done
  mv tree/a/f1 tree/h
  ln -s h tree/l
  x=$(cat tree/a/* tree/l | cksum)
  sum=$((sum + ${x%% *} % 1000))
  rm -r tree
  # Jobs and signals.
  sleep 0.02 &
  kill $!
  wait $!
  sum=$((sum + $?))
  trap 'sum=$((sum + 1))' USR1
  kill -USR1 $$
  # A pipe with a name.
  echo "$i" >&7
  read -r x <&7
  sum=$((sum + x))
}

sum=0
for ((tenth = 1; tenth <= 10; tenth++)); do
  for ((r = 0; r < $1; r++)); do
    round $r
    ((r % 20)) || { x=$(/opt/threads | cksum) && sum=$((sum + ${x%% *} % 1000)); }
  done
  sync
  echo "$tenth $sum"
done
