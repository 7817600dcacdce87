import { openDirectory } from '@kml/host-node';
import { beforeAll, describe, expect, test } from 'vitest';
import { debianRoot } from '../debian/root.ts';
import { SEED, savedAlong } from './along.ts';

/** Pipelines, substitution, here documents, background jobs and their ends, files in /tmp, traps. */
const SHELL = `
trap 'echo trapped' USR1
mkdir /tmp/work; cd /tmp/work
for i in $(seq 40); do echo "line $i of many"; done > lines
sort -r lines | head -n 5 | sed 's/line/LINE/' | tr a-z A-Z
(sleep 0.2; echo slept) & sleeper=$!
cat <<END | wc -c
here is $(wc -l < lines) lines
END
kill -USR1 $$
coproc cat; echo "through a coprocess" >&\${COPROC[1]}; read -r answer <&\${COPROC[0]}; echo "$answer"
find . -type f | xargs md5sum
wait $sleeper; echo "status $?"
awk '{ sum += $2 } END { print sum }' lines
exec 5<lines; rm lines; head -n 2 <&5; cat <&5 | tail -n 1
tar czf - -C / etc/debian_version 2>/dev/null | gzip -t && echo tar
`;

const SQL = `
create table numbers(n integer primary key, square integer, name text);
with recursive up(n) as (select 1 union all select n + 1 from up where n < 1500)
  insert into numbers select n, n * n, 'number ' || n from up;
create index by_square on numbers(square);
begin; update numbers set name = upper(name) where n % 3 = 0; rollback;
select count(*), sum(square), max(name) from numbers;
select name from numbers where square between 100 and 200 order by square desc;
delete from numbers where n > 700; vacuum; pragma integrity_check;
select count(*) from numbers;
`;

const PYTHON = `
import hashlib, os, queue, subprocess, tempfile, threading, time
work, done = queue.Queue(4), []
lock = threading.Lock()
def worker(number):
    while (item := work.get()) is not None:
        value = hashlib.sha256(b'%d' % item * 50).hexdigest()[:8]
        time.sleep(0.001 * (item % 3))
        with lock: done.append((item, value))
threads = [threading.Thread(target=worker, args=(n,)) for n in range(3)]
for thread in threads: thread.start()
for item in range(24): work.put(item)
for thread in threads: work.put(None)
for thread in threads: thread.join()
print(sorted(done)[::5])
with tempfile.TemporaryFile() as file:
    file.write(b'x' * 100000); file.seek(99990); print(file.read())
print(subprocess.run(['sort', '-n'], input='3\\n1\\n2\\n', capture_output=True, text=True).stdout.split())
timer = threading.Timer(0.05, print, ['timer']); timer.start(); timer.join()
`;

const PYTHON_PRINTS = /^\[\(0, '\w{8}'\).*\]\nb'xxxxxxxxxx'\n\['1', '2', '3'\]\ntimer\n$/;

const COMMANDS: [name: string, argv: string[], prints: RegExp][] = [
  [
    'bash with pipelines and jobs',
    ['bash', '-c', SHELL],
    /^LINE 9 OF MANY\n(.*\n)+17\ntrapped\nthrough a coprocess\n\w+ {2}\.\/lines\nslept\nstatus 0\n820\n(.*\n)+line 40 of many\ntar\n$/,
  ],
  ['sqlite3 on a file', ['sqlite3', '/tmp/numbers.db', SQL], /^1500\|1126125250\|.*\nnumber 14\n(.*\n)+ok\n700\n$/],
  ['python3 with threads', ['python3', '-c', PYTHON], PYTHON_PRINTS],
];

/** Debian's programs from a host directory, dynamically linked, saved in the middle. */
describe(`saved along the way, seed ${SEED}`, () => {
  let root: ReturnType<typeof openDirectory>;
  beforeAll(async () => {
    root = openDirectory(await debianRoot());
  });

  test.each(COMMANDS)('%s', async (_name, argv, prints) => {
    const env = { PATH: '/usr/bin:/bin', HOME: '/root', LC_ALL: 'C', PYTHONHASHSEED: '0' };
    const program = { path: `/usr/bin/${argv[0]}`, argv, env };
    await savedAlong({ root, options: { arch: 'ia32', root, memory: 96 << 20 }, program, prints }, 2);
  });

  test('python3 in kernel mode, short of memory', async () => {
    const program = { path: '/usr/bin/python3', argv: ['python3', '-c', PYTHON], env: { PYTHONHASHSEED: '0' } };
    const options = { arch: 'ia32', root, memory: 9 << 20, swap: 64 << 20, kernelMode: true };
    const machine = await savedAlong({ root, options, program, prints: PYTHON_PRINTS }, 2);
    expect(machine.stats().pagesOut).toBeGreaterThan(50);
  });
});
