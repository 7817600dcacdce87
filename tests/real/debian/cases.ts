import { readFileSync } from 'node:fs';
import type { Command } from './root.ts';

const script = (name: string): string => readFileSync(new URL(`scripts/${name}`, import.meta.url), 'latin1');

/** Bytes that look like text, the same everywhere. */
const LINES = Array.from({ length: 200 }, (_, i) => `${(i * 7919) % 1000} line ${i} ${'xyz'.repeat(i % 5)}`).join('\n');

const sh = (program: string, script: string, stdin?: string): Command => ({
  argv: [program, '-c', script],
  ...(stdin !== undefined && { stdin }),
});

/** Cases that execute no other program: what QEMU's user mode can run. */
export const ALONE: ReadonlySet<string> = new Set([
  ...['busybox sh: functions and arithmetic', 'bash: arrays', 'bash: string operations', 'bash: exit by signal'],
  ...['bash: functions, recursion, subshells', 'bash: command not found', 'bash: printf -v, here-string, select loops'],
  ...['dash: loop and pipes', 'bc', 'python3: json, re, hashlib, decimal', 'lua', 'sqlite3'],
  'sqlite3: 100,000 statements of INSERT, and queries',
]);

/** The acceptance list: commands whose output and exit status must be what a native run gives. */
export const CASES: Readonly<Record<string, Command>> = {
  // ---- busybox-static
  'busybox sh: loop': {
    argv: ['busybox', 'sh', '-c', 'for i in 1 2 3 4 5; do echo $i; done | sort -r | tr "\\n" " "'],
  },
  'busybox sh: functions and arithmetic': {
    argv: ['busybox', 'sh', '-c', 'f() { echo $(($1 * $1)); }; x=0; while [ $x -lt 10 ]; do f $x; x=$((x+1)); done'],
  },
  'busybox sh: forty applets': {
    argv: [
      ...['busybox', 'sh', '-c'],
      [
        'cd /tmp; b="busybox"',
        '$b echo echo; $b printf "%05d\\n" 42; $b seq 3; $b expr 6 \\* 7; $b basename /a/b.c .c; $b dirname /a/b/c',
        '$b seq 20 > n; $b cat n | $b head -3; $b tail -2 n; $b wc n; $b sort -rn n | $b head -2; $b grep 1 n | $b wc -l',
        '$b sed -n 2p n; $b awk "{s+=\\$1} END {print s}" n; $b cut -c1 n | $b uniq -c; $b tr 0-9 a-j < n | $b head -2',
        '$b md5sum n; $b sha1sum n; $b sha256sum n; $b sha512sum n; $b crc32 n',
        '$b cp n m; $b cmp n m && echo same; $b mv m o; $b ls; $b ln -s n l; $b readlink l; $b rm o l; $b mkdir -p d/e/f; $b touch d/e/f/g; $b find d | $b sort',
        '$b tar cf t.tar d n; $b tar tf t.tar; $b gzip -k n; $b gunzip -c n.gz | $b cmp - n && echo gz; $b bzip2 -k n; $b bunzip2 -c n.bz2 | $b cmp - n && echo bz',
        '$b od -An -tx1 n | $b head -2; $b hexdump -C n | $b head -2; $b base64 n | $b head -1; $b xxd n | $b head -1; $b rev n | $b tail -1; $b tac n | $b head -1',
        '$b fold -w 3 n | $b head -2; $b nl n | $b head -2; $b paste n n | $b head -2; $b head -5 n | $b diff n - | $b head -3; $b du -s d >/dev/null && echo du',
        '$b stat -c "%s %a" n; $b test -f n && echo file; $b id -u; $b pwd; $b env -i A=b $b env; $b true; $b false || echo false; $b sleep 0; $b dd if=n of=q bs=4 count=2 2>/dev/null; $b cat q',
        '$b chmod 600 n; $b stat -c %a n; $b comm n n | $b wc -l; $b factor 360; $b cal 2 2020; $b bc -e 1 2>/dev/null; echo "2^64" | $b dc -e "2 64 ^ p" 2>/dev/null; $b yes | $b head -2; $b xargs echo < n',
      ].join('\n'),
    ],
  },
  'busybox sh: more applets': {
    argv: [
      ...['busybox', 'sh', '-c'],
      [
        'cd /tmp; b="busybox"; $b seq 30 | $b sed "s/$/ line/" > n; $b printf "a\\tb\\r\\nc\\n" > w',
        '$b ar rc a.a n w 2>/dev/null; $b ls n w | $b cpio -o -H newc 2>/dev/null | $b cpio -t 2>/dev/null; $b expand w | $b od -c; $b unexpand -a w | $b wc -c; $b dos2unix < w | $b od -c | $b head -2; $b unix2dos < n | $b wc -c',
        '$b egrep "^(1|2)5" n; $b fgrep -c line n; $b getopt -o ab: -- -a -b x y; $b ipcalc -n -b 192.168.7.9/20; $b mkfifo f; $b test -p f && echo fifo; $b readlink -f n; $b realpath ./n',
        '$b sed s/15/fifteen/ n > o; $b diff -u n o | $b patch n; $b grep fifteen n; $b cmp n o && echo patched; $b sha3sum n; $b strings /usr/bin/bash | $b head -n 3 | $b md5sum',
        '$b tee t1 t2 < n | $b wc -l; $b timeout 1 $b sleep 3; echo $?; $b truncate -s 5 t1; $b stat -c %s t1; $b uname -s; $b uuencode n x | $b uudecode -o u; $b cmp n u && echo uu; $b which nosuch; echo $?; $b xz -h >/dev/null 2>&1; $b xzcat /nosuch; echo $?',
        '$b link t2 t3; $b stat -c %h t3; $b unlink t3; $b usleep 1000; $b rmdir nosuch; $b dd if=/dev/zero bs=1k count=3 2>/dev/null | $b wc -c; $b setsid $b echo session; $b who; $b logname >/dev/null 2>&1; $b free >/dev/null && echo free; $b ps >/dev/null && echo ps',
        '$b time $b true 2>/dev/null; $b mktemp -u | $b wc -c; $b shuf -i 1-9 | $b sort | $b tr -d "\\n"; echo; $b awk "BEGIN { while (i++ < 5) printf \\"%s \\", i * i; print substr(\\"hello\\", 2) }"; $b shred -u u; $b ls u 2>/dev/null; $b run-parts --test /etc 2>/dev/null | $b head -1; $b ed n < /dev/null; $b tty; $b bc < /dev/null; echo "3 4 + p" | $b dc',
        'i=0; while $b test $i -lt 20; do i=$((i+1)); $b echo $i; done | $b xargs -n 7 $b echo; $b find /tmp -name "t*" -type f | $b sort | $b xargs $b wc -c; trap "echo hup" HUP; kill -HUP $$; case x in [a-z]) echo letter ;; esac; f() { local v=$1; shift; [ $# -gt 0 ] && f "$@"; echo $v; }; f 1 2 3; echo ${HOME#/} ${#HOME}; $b cat <<E | $b nl\n one\n two\nE',
      ].join('\n'),
    ],
  },
  // ---- bash
  'bash: here-document': sh('bash', 'cat <<END\nx is $((1+2))\nEND\ncat <<"END"\n$nothing\nEND\ncat <<< word'),
  'bash: arrays': sh(
    'bash',
    'a=(one two three); a+=(four); echo "${a[@]}" ${#a[@]} "${a[-1]}" "${a[@]:1:2}"; declare -A m; m[x]=1; m[y]=2; for k in x y; do echo $k=${m[$k]}; done; echo "${!a[@]}"',
  ),
  'bash: string operations': sh(
    'bash',
    's=hello.world.txt; echo ${s%.*} ${s##*.} ${s/o/0} ${s//o/0} ${s^^} ${s:2:5} ${#s}; [[ $s =~ ^(h[a-z]+)\\. ]] && echo ${BASH_REMATCH[1]}; printf "%q %s %05.2f\\n" "a b" c 3.14159',
  ),
  'bash: traps': sh(
    'bash',
    'trap "echo exiting" EXIT; trap "echo got USR1" USR1; kill -USR1 $$; trap "echo int" INT; kill -INT $$; (exit 3); echo $?',
  ),
  'bash: job control': sh(
    'bash',
    'set -m; sleep 0.1 & wait $!; echo waited $?; sleep 5 & kill %1; wait %1; echo $?; sleep 0.05 & jobs; wait; echo done',
  ),
  'bash: process substitution': sh(
    'bash',
    'diff <(seq 5) <(seq 2 6); cat <(echo one) <(echo two); seq 3 | tee >(cat >/tmp/o) >/dev/null; sleep 0.2; cat /tmp/o',
  ),
  'bash: pipes and status': sh(
    'bash',
    'seq 1000 | while read n; do echo $((n*n)); done | tail -1; false | true; echo ${PIPESTATUS[@]}; set -o pipefail; false | true; echo $?; ! true; echo $?',
  ),
  'bash: functions, recursion, subshells': sh(
    'bash',
    'fib() { if (($1<2)); then echo $1; else echo $(( $(fib $(($1-1))) + $(fib $(($1-2))) )); fi; }; fib 9; (cd /usr; pwd); pwd; x=1; (x=2); echo $x; eval "echo \\$x"',
  ),
  'bash: exit by signal': sh('bash', 'kill -TERM $$'),
  'bash: command not found': sh('bash', 'nosuchcommand; echo $?'),
  'bash: globbing and brace expansion': {
    argv: ['bash', '-O', 'extglob', '-c', 'echo {a,b}{1..3}; cd /tmp; touch a1 a2 b1; echo a* ?1 [ab]1 !(a*)'],
  },
  'bash: read from stdin': sh(
    'bash',
    'while IFS=" " read -r a b; do echo "[$a] [$b]"; done | head -5; mapfile -t l < <(seq 4); echo ${l[2]}',
    LINES,
  ),
  'bash: coproc and file descriptors': sh(
    'bash',
    'coproc cat; echo hello >&${COPROC[1]}; read x <&${COPROC[0]}; echo $x; exec 5>/tmp/f; echo five >&5; exec 5>&-; cat /tmp/f; exec 3<&0; echo $(( $(ls /proc/self/fd | wc -l) > 3 ))',
  ),
  'bash: printf -v, here-string, select loops': sh(
    'bash',
    'printf -v v "%x" 255; echo $v; for ((i=0;i<5;i++)); do ((i==3)) && break; echo -n $i; done; echo; case abc in a*) echo match;; esac; until ((i==0)); do ((i--)); done; echo $i',
  ),
  // ---- dash
  'dash: loop and pipes': sh(
    'dash',
    'i=0; while [ $i -lt 100 ]; do i=$((i+1)); done; echo $i; echo a b c | while read x y; do echo "$y"; done; (exit 7); echo $?',
  ),
  'dash: here-document and trap': sh('dash', 'cat <<E\nvalue $((3*4))\nE\ntrap "echo bye" 0; exit 5'),
  // ---- coreutils
  'coreutils: sort': sh(
    'bash',
    'sort -n | head -5; seq 50 | sort -R --random-source=/bin/true | sort -k1,1nr | head -3',
    LINES,
  ),
  'coreutils: ls -l': sh(
    'bash',
    'ls -ln /etc/debian_version /bin/sh /usr | head; ls -la /usr/share/doc/bash; ls -d /usr/*; ls -i / >/dev/null && ls -1 /usr/bin | wc -l; stat -c "%n %s %a %F %h" /usr/bin/bash /bin /usr/bin/sh',
  ),
  'coreutils: checksums': sh(
    'bash',
    'cat > /tmp/f; sha256sum /tmp/f; sha1sum /tmp/f; md5sum /tmp/f; sha512sum /tmp/f; b2sum /tmp/f; cksum /tmp/f; sha256sum /usr/bin/bash | sha256sum -c',
    LINES,
  ),
  'coreutils: dd, du, split, tee, od': sh(
    'bash',
    'cd /tmp; dd if=/dev/zero of=z bs=1k count=100 status=none; du -b z; split -b 30k z part; ls part*; cat part* | cmp - z && echo same; seq 10 | tee a b | wc -l; cmp a b && od -c a | head -3; truncate -s 1M t; stat -c %s t; shred -n1 -u t; ls t 2>&1',
  ),
  'coreutils: text tools': sh(
    'bash',
    'cat > /tmp/f; cut -d" " -f1,3 /tmp/f | head -3; paste -d, /tmp/f /tmp/f | tail -1; tr a-z A-Z < /tmp/f | tail -1; uniq -c <(sort /tmp/f | cut -c1) | head; nl /tmp/f | tail -1; fmt -w 30 /tmp/f | head -4; pr -3 -t /tmp/f | head -3; tac /tmp/f | head -1; join <(seq 5) <(seq 3 9); comm -12 <(seq 5 | sort) <(seq 3 9 | sort); expand -t4 <(printf "a\\tb\\n"); csplit -s /tmp/f 50 -f /tmp/xx; ls /tmp/xx*; numfmt --to=iec 1234567; factor 1234567890; shuf -i 1-5 --random-source=/usr/bin/bash; tsort <<< "a b b c"',
    LINES,
  ),
  'coreutils: files': sh(
    'bash',
    'cd /tmp; mkdir -p a/b/c; touch a/b/c/f; cp -r a d; mv d e; ln -s a link; ln e/b/c/f hard; stat -c %h hard; readlink -f link; realpath e/../a; rm -r a e; ls -F; mkfifo p; test -p p && echo fifo; chmod u=rw,go= hard; stat -c %A hard; touch -d @86400 hard; date -u -r hard +%F; install -m 755 hard inst; ls -n inst | cut -c1-10; mktemp -u XXXX | wc -c; rmdir nosuch; echo $?',
  ),
  'coreutils: misc': sh(
    'bash',
    'basename /a/b; dirname /a/b; expr 3 + 4; test 1 -lt 2 && echo lt; env | sort | grep LC; printf "%s\\n" a b; seq -w 8 11; seq 0 .5 2; echo -e "a\\tb"; date -u -d @0; nproc >/dev/null; id; whoami; pwd; tty; arch >/dev/null; timeout 0.2 sleep 5; echo $?; nice -n 5 true; echo $?; stdbuf -o0 echo x; base32 <<< hi; basenc --base16 <<< hi; sync; logname 2>/dev/null; true',
  ),
  // ---- findutils, grep, sed, mawk
  findutils: sh(
    'bash',
    'cd /tmp; mkdir -p x/y; touch x/a.c x/y/b.c x/y/c.h; find x -name "*.c" | sort; find x -type d | sort; find x -name "*.c" -exec basename {} \\; | sort; find x -type f | sort | xargs -n1 echo file; seq 10 | xargs -n 3; find x -newer x/a.c -name nothing; find /usr/bin -size +1000k -printf "%f\\n" | sort; find x -delete; ls',
  ),
  grep: sh(
    'bash',
    'cat > /tmp/f; grep -c 7 /tmp/f; grep -n "line 1[0-9] " /tmp/f; grep -oE "(xyz)+" /tmp/f | sort | uniq -c; grep -v line /tmp/f; echo $?; grep -P "^\\d{3} line 9\\d" /tmp/f; grep -i LINE /tmp/f | wc -l; grep -rl Debian /etc/*_version /etc/issue 2>/dev/null; grep -A1 -B1 "line 42 " /tmp/f; echo "$(grep -w 7 /tmp/f)"',
    LINES,
  ),
  sed: sh(
    'bash',
    'cat > /tmp/f; sed -n "5,7p" /tmp/f; sed "s/line \\([0-9]*\\)/\\1 LINE/" /tmp/f | tail -2; sed -e 1d -e "\\$!d" /tmp/f; sed -E "s/(x)(y)(z)/\\3\\2\\1/g" /tmp/f | sed -n 5p; sed -i "s/line/row/" /tmp/f; head -1 /tmp/f; sed -n "/row 3/{p;q}" /tmp/f; echo abc | sed "y/abc/xyz/"; seq 5 | sed "N;s/\\n/-/"; seq 3 | sed "1!G;h;\\$!d"',
    LINES,
  ),
  mawk: sh(
    'bash',
    'awk "{s+=\\$1; n[\\$1%10]++} END {print s; for (i=0;i<10;i++) print i, n[i]}"; awk "BEGIN {printf \\"%.10f %d %s %e\\\\n\\", atan2(0,-1), 2^31, substr(\\"hello\\",2,3), 1e300*10; x=\\"a:b:c\\"; n=split(x,p,\\":\\"); print n, p[3]; print length(\\"abc\\"), index(\\"hello\\",\\"l\\"), toupper(\\"x\\"); while ((\\"seq 3\\" | getline l) > 0) print \\"got\\", l; print exp(1), log(10), sqrt(2), sin(1), cos(1), int(-3.7)}"',
    LINES,
  ),
  // ---- archives
  'tar, gzip, xz': sh(
    'bash',
    'cd /tmp; mkdir d; seq 5000 > d/n; cp /usr/bin/tar d/; tar --sort=name -czf t.gz d; tar tzf t.gz; tar --sort=name -cJf t.xz d; tar cf t.tar d; mkdir o; tar xzf t.gz -C o; cmp d/tar o/d/tar && echo gz; rm -r o/d; tar xJf t.xz -C o; cmp d/n o/d/n && echo xz; gzip -9c d/n | gzip -dc | sha256sum; xz -c d/n | xz -dc | sha256sum; gzip -l t.gz >/dev/null && echo listed; xz -t t.xz && echo good; echo bad | gzip -d; echo $?',
  ),
  // ---- bc
  bc: {
    argv: ['bc', '-l'],
    stdin:
      'scale=60\n4*a(1)\ne(1)\ns(1)\n2^200\nsqrt(2)\ndefine f(n) { if (n<2) return 1; return n*f(n-1); }\nf(50)\nobase=16\n255\n',
  },
  // ---- perl
  perl: {
    argv: ['perl', '-'],
    stdin: [
      'use strict; use warnings;',
      'my %h; $h{$_ % 7} .= chr(65 + $_ % 26) for 0..99; print "$_=$h{$_}\\n" for sort keys %h;',
      'my $t = "The quick brown fox jumps over the lazy dog"; my @w = split / /, $t; print join(",", sort { lc $a cmp lc $b } @w), "\\n";',
      '(my $u = $t) =~ s/(\\w+)/\\u\\L$1/g; print "$u\\n"; print scalar(() = $t =~ /o/g), "\\n"; print "$1-$2\\n" while $t =~ /(\\w)(\\w+) /g;',
      'printf "%s %d %5.2f %e %x %o %b %-5s|%05d\\n", "s", 42, 3.14159, 12345.678, 255, 8, 5, "ab", 42;',
      'my @m = map { my $x = $_; [ map { $_ * $x } 1..3 ] } 1..3; print join(";", map { join ",", @$_ } @m), "\\n";',
      'my $pid = fork; if (!$pid) { print "child\\n"; exit 3 } waitpid $pid, 0; print "status ", $? >> 8, "\\n";',
      'pipe(my $r, my $w) or die; if (!fork) { close $r; print $w "from child $_\\n" for 1..3; exit } close $w; print while <$r>; wait;',
      'my $s = 0; $s += $_ ** 0.5 for 1..10000; printf "%.6f\\n", $s; print "ok\\n" if "abc" =~ /^(?<x>a)(?=b)(?!c)/ and $+{x} eq "a";',
      'open my $f, ">", "/tmp/p" or die; print $f "$_\\n" for 1..100; close $f; open $f, "<", "/tmp/p"; my @l = <$f>; print scalar(@l), " ", -s "/tmp/p", "\\n"; print `echo sub | tr a-z A-Z`;',
      'local $SIG{ALRM} = sub { print "alarm\\n" }; alarm 1; select undef, undef, undef, 2; eval { die { code => 7 } }; print $@->{code}, "\\n"; print sprintf("%vd", "1.22.333"), "\\n"; print join(",", unpack("A2 n C", "ab\\x01\\x02\\x03")), "\\n"; print 9**20, " ", 2**53+1, " ", 1/3, " ", 10 % 3, " ", -7 / 2, "\\n";',
    ].join('\n'),
  },
  'perl: a script of 300 lines': { argv: ['perl', '-'], stdin: script('tour.pl') },
  // ---- python3
  'python3: json, re, hashlib, decimal': {
    argv: ['python3', '-'],
    stdin: [
      'import json, re, hashlib, decimal, collections, itertools, math, struct, string, textwrap, random',
      'print(json.dumps({"a": [1, 2.5, None, True], "b": {"c": "\\u00e9"}}, sort_keys=True)); print(json.loads("[1e3, -0.1, \\"x\\"]"))',
      'print(re.findall(r"(\\w+)@(\\w+)\\.com", "joe@site.com, ann@other.com")); print(re.sub(r"(?P<y>\\d{4})-(\\d\\d)", r"\\2/\\g<y>", "2024-05 1999-12"))',
      'print(hashlib.sha256(b"kml").hexdigest(), hashlib.md5(b"kml").hexdigest(), hashlib.blake2b(b"kml").hexdigest()[:16])',
      'decimal.getcontext().prec = 50; print(decimal.Decimal(2).sqrt(), decimal.Decimal(1) / 7)',
      'def pi(n):\n  q,r,t,k,m,x=1,0,1,1,3,3\n  o=[]\n  while len(o)<n:\n    if 4*q+r-t<m*t:\n      o.append(str(m)); q,r,m=10*q,10*(r-m*t),(10*(3*q+r))//t-10*m\n    else:\n      q,r,t,k,m,x=q*k,(2*q+r)*x,t*x,k+1,(q*(7*k+2)+r*x)//(t*x),x+2\n  return "".join(o)\n\nprint(pi(20))',
      'print(math.factorial(60), math.gcd(2**64, 6**20), math.pi, math.e ** 2, math.sin(1e6), math.log(7), 0.1 + 0.2, 1e308 * 10, float("nan"))',
      'print(struct.pack("<IhQd", 1, -2, 3, 4.5).hex(), struct.unpack(">I", b"\\0\\0\\1\\0")); print(collections.Counter("mississippi").most_common(2)); print(sum(i * i for i in range(100000)))',
      'random.seed(42); print(random.random(), random.randint(1, 100), random.sample(range(50), 5)); print(textwrap.fill("lorem ipsum " * 10, 30))',
      'print(sorted({"b": 1, "a": 2}.items()), [*itertools.permutations("abc")][:3], "%08.3f|%+d|%r" % (3.14159, 5, "q"), f"{255:#x} {1234567:,} {0.5:%}", 7 // -2, -7 % 3, 2 ** 200, 10 ** 25 // 3)',
    ].join('\n'),
  },
  'python3: subprocess, threads, files': {
    argv: ['python3', '-'],
    stdin: [
      'import subprocess, threading, os, time, tempfile, sys',
      'print(subprocess.run(["/usr/bin/tr", "a-z", "A-Z"], input="hello", text=True, capture_output=True).stdout)',
      'print(subprocess.call(["/bin/sh", "-c", "exit 9"])); print(subprocess.check_output("echo $((6*7))", shell=True))',
      'l = threading.Lock(); total = 0\ndef work():\n  global total\n  for _ in range(1000):\n    with l: total += 1\n\nts = [threading.Thread(target=work) for _ in range(8)]; [t.start() for t in ts]; [t.join() for t in ts]; print(total)',
      'with tempfile.NamedTemporaryFile() as f:\n  f.write(b"x" * 100000); f.flush(); print(os.stat(f.name).st_size)',
      'r, w = os.pipe(); pid = os.fork()\nif pid == 0:\n  os.write(w, b"child says hi"); os._exit(4)\nprint(os.read(r, 100), os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])); print(sorted(os.listdir("/trusted"))[:1], os.path.exists("/nonexistent"))',
      'try:\n  open("/nonexistent")\nexcept OSError as e:\n  print(e)\nsys.exit(3)',
    ].join('\n'),
  },
  'python3: a tour of the library': { argv: ['python3', '-'], stdin: script('library.py') },
  'python3: servers and clients over the loopback': { argv: ['python3', '-'], stdin: script('network.py') },
  // ---- lua
  lua: {
    argv: ['lua5.4', '-'],
    stdin:
      'local t={} for i=1,1000 do t[i]=(i*7919)%1009 end table.sort(t) print(t[1],t[500],t[1000]) print(string.format("%5.2f %d %s %q", math.pi, 42, "x", "a\\nb")) for w in ("one two three"):gmatch("%a+") do io.write(w," ") end print() print(("hello"):gsub("l","L")) local co=coroutine.wrap(function() for i=1,3 do coroutine.yield(i) end end) print(co(),co(),co()) print(10//3, 10%3, 2^53, 7/2, 1<<40, math.maxinteger, 0x7fffffffffffffff+1) print(pcall(error,"x",0)) local s=0 for i=1,100000 do s=s+math.sqrt(i) end print(string.format("%.6f",s)) print(#arg, os.time{year=2020,month=1,day=1,hour=12}) print(string.pack("<i4d",1,2.5):byte(1,-1)) print(utf8.char(228,8364), select("#",1,2,3)) print(table.concat({1,2,3},"-"), next({}), type(print))',
  },
  // ---- sqlite
  sqlite3: {
    argv: ['sqlite3', '/tmp/test.db'],
    stdin:
      'PRAGMA journal_mode=DELETE; CREATE TABLE t(id INTEGER PRIMARY KEY, name TEXT, value REAL); BEGIN; WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n+1 FROM c WHERE n<100000) INSERT INTO t SELECT n, "name" || (n*7919%1000), n*1.5 FROM c; COMMIT; SELECT count(*), sum(value), min(name), max(name) FROM t; CREATE INDEX i ON t(name); SELECT name, count(*), avg(value) FROM t GROUP BY name ORDER BY 3 DESC LIMIT 5; SELECT count(*) FROM t a JOIN t b ON a.id = b.id + 50000; UPDATE t SET value = value + 1 WHERE id % 100 = 0; DELETE FROM t WHERE id > 90000; SELECT count(*), round(total(value),2) FROM t; PRAGMA integrity_check; SELECT printf("%.15g %s", 0.1+0.2, hex(zeroblob(4))), json_extract(\'{"a":[1,2]}\',\'$.a[1]\'); SELECT nosuch;\n',
  },
  'sqlite3: 100,000 statements of INSERT, and queries': {
    argv: ['sqlite3', '/tmp/people.db'],
    stdin: [
      'PRAGMA synchronous=OFF; CREATE TABLE p(id INTEGER PRIMARY KEY, name TEXT, city INTEGER, balance REAL); BEGIN;',
      ...Array.from(
        { length: 100_000 },
        (_, i) => `INSERT INTO p VALUES(${i},'n${(i * 7919) % 99991}',${(i * 31) % 997},${(i % 1000) * 0.25});`,
      ),
      'COMMIT; CREATE INDEX pc ON p(city); CREATE UNIQUE INDEX pn ON p(name, id);',
      ...Array.from({ length: 300 }, (_, i) => `SELECT id, name, balance FROM p WHERE name='n${(i * 331) % 99991}';`),
      ...Array.from({ length: 100 }, (_, i) => `SELECT count(*), sum(balance), min(name) FROM p WHERE city=${i * 9};`),
      'SELECT city, count(*) c, avg(balance) FROM p GROUP BY city HAVING c > 100 ORDER BY c DESC, city LIMIT 10;',
      "SELECT count(*) FROM p WHERE name LIKE '%77%'; UPDATE p SET balance = -balance WHERE city % 7 = 0; SELECT sum(balance) FROM p;",
      'DELETE FROM p WHERE id % 3 = 0; VACUUM; PRAGMA integrity_check; SELECT count(*) FROM p;',
    ].join('\n'),
  },
};
