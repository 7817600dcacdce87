import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { lock, pause, tryLock } from '../lock.ts';
import { crossDirectory, run, SOURCES, type Source, sourceDirectory } from './sources.ts';
import type { CrossTarget, Linkage } from './targets.ts';

/** What configure of bash cannot find out without running programs. */
const BASH_CACHE = [
  'bash_cv_getcwd_malloc=yes bash_cv_job_control_missing=present bash_cv_sys_named_pipes=present',
  'bash_cv_func_sigsetjmp=present bash_cv_printf_a_format=yes bash_cv_getenv_redef=yes',
  'bash_cv_must_reinstall_sighandlers=no bash_cv_func_strcoll_broken=no bash_cv_func_ctype_nonascii=yes',
  'bash_cv_dup2_broken=no bash_cv_pgrp_pipe=no bash_cv_opendir_not_robust=no bash_cv_ulimit_maxfds=yes',
  'bash_cv_unusable_rtsigs=no bash_cv_fnmatch_equiv_fallback=no bash_cv_wcontinued_broken=no',
  'bash_cv_wexitstatus_offset=8 bash_cv_func_snprintf=yes bash_cv_func_vsnprintf=yes',
].join(' ');

/**
 * How each package is built, as shell text: in a copy of its source, with HOST the GNU triple, STATIC
 * empty or -static. It leaves the program in OUT.
 */
const RECIPES: Readonly<Record<Source, string>> = {
  busybox: `
cat debian/config/os/linux debian/config/pkg/static > .config
test -n "$STATIC" || sed -i 's/^CONFIG_STATIC=y/# CONFIG_STATIC is not set/' .config
yes "" | make silentoldconfig HOSTCC=gcc
make -j2 CROSS_COMPILE=$HOST- HOSTCC=gcc SKIP_STRIP=y busybox
cp busybox "$OUT/busybox"`,
  // A patch of Debian's adds a file that only automake would make known to the makefiles.
  dash: `
./configure --host=$HOST --disable-dependency-tracking CC=$HOST-gcc CC_FOR_BUILD=gcc LDFLAGS=$STATIC
make="make CC_FOR_BUILD=gcc ACLOCAL=: AUTOCONF=: AUTOMAKE=: AUTOHEADER=:"
$make -C src builtins.h nodes.h syntax.h token.h
(cd src && $HOST-gcc -O2 -include ../config.h -DBSD=1 -DSHELL -I. -c priv.c)
$make LIBS=priv.o
cp src/dash "$OUT/dash"`,
  bash: `
${BASH_CACHE} ./configure --host=$HOST --without-bash-malloc --disable-nls CC=$HOST-gcc CC_FOR_BUILD=gcc LDFLAGS=$STATIC LDFLAGS_FOR_BUILD=
make -j2 bash
cp bash "$OUT/bash"`,
  'lua5.4': `
cd src
echo "#define DEB_HOST_MULTIARCH \\"$HOST\\"" > lua5.4-deb-multiarch.h
$HOST-gcc -O2 $STATIC -DLUA_COMPAT_5_3 -DLUA_USE_POSIX -o "$OUT/lua5.4" $(ls *.c | grep -v luac.c) -lm`,
  sqlite3: `
test -f sqlite3.c && test -f shell.c || { ./configure --disable-tcl && make sqlite3.c shell.c; }
$HOST-gcc -O2 $STATIC -DSQLITE_THREADSAFE=1 -DSQLITE_OMIT_LOAD_EXTENSION -DSQLITE_ENABLE_FTS5 -o "$OUT/sqlite3" shell.c sqlite3.c -lpthread -lm`,
};

/** Path of a package's program for a target, whether it is there yet or not. */
function programPath(target: CrossTarget, linkage: Linkage, source: Source): string {
  return join(crossDirectory(), target.name, linkage, source);
}

const lockName = (target: CrossTarget, linkage: Linkage, source: Source): string =>
  `cross-${target.name}-${linkage}-${source}`;

/** The program of a package for a target, built on first use. */
export function crossProgram(target: CrossTarget, linkage: Linkage, source: Source): string {
  const release = lock(lockName(target, linkage, source));
  try {
    return build(target, linkage, source);
  } finally {
    release();
  }
}

/** A static program with its symbols, which tell instruction sets and data apart where code has several. */
export function crossProgramWithSymbols(target: CrossTarget, source: Source): string {
  const release = lock(`${lockName(target, 'static', source)}-symbols`);
  try {
    return build(target, 'static', source, 'symbols');
  } finally {
    release();
  }
}

/**
 * The programs of all packages for a target. What another worker is building is left to it for as long as
 * there is something else to build.
 */
export function crossPrograms(target: CrossTarget, linkage: Linkage): ReadonlyMap<Source, string> {
  const missing = new Set(SOURCES);
  const programs = new Map<Source, string>();
  while (missing.size > 0) {
    const before = missing.size;
    for (const source of missing) {
      const release = tryLock(lockName(target, linkage, source));
      if (release === undefined) continue;
      try {
        programs.set(source, build(target, linkage, source));
      } finally {
        release();
      }
      missing.delete(source);
    }
    if (missing.size === before) pause();
  }
  return programs;
}

/** Builds a program if there is none. The caller has its lock. */
function build(
  target: CrossTarget,
  linkage: Linkage,
  source: Source,
  form: 'stripped' | 'symbols' = 'stripped',
): string {
  const program = `${programPath(target, linkage, source)}${form === 'symbols' ? '.symbols' : ''}`;
  if (existsSync(program)) return program;
  mkdirSync(dirname(program), { recursive: true });
  const work = mkdtempSync(join(crossDirectory(), `build-${source}-`));
  try {
    const out = join(work, 'out');
    mkdirSync(out);
    run('cp', ['-a', sourceDirectory(source), join(work, 'source')], work);
    run('sh', ['-ec', RECIPES[source]], join(work, 'source'), {
      HOST: target.triple,
      STATIC: linkage === 'static' ? '-static' : '',
      OUT: out,
    });
    if (form === 'stripped') run(`${target.triple}-strip`, [join(out, source)], work);
    renameSync(join(out, source), program);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return program;
}
