// What the suites over Debian's packages need of the host: QEMU, compilers, tools that make test data.
import { spawnSync } from 'node:child_process';
import { step } from './node.mjs';

const NEEDED = {
  'qemu-i386-static': 'qemu-user-static',
  'i686-linux-gnu-gcc': 'gcc-i686-linux-gnu',
  'i686-linux-gnu-objdump': 'binutils-i686-linux-gnu',
  'arm-linux-gnueabihf-gcc': 'gcc-arm-linux-gnueabihf',
  'arm-linux-gnueabi-gcc': 'gcc-arm-linux-gnueabi',
  'mips-linux-gnu-gcc': 'gcc-mips-linux-gnu',
  'mipsel-linux-gnu-gcc': 'gcc-mipsel-linux-gnu',
  'powerpc-linux-gnu-gcc': 'gcc-powerpc-linux-gnu',
  'gdb-multiarch': 'gdb-multiarch',
  objdump: 'binutils',
  gcc: 'gcc',
  make: 'make',
  'dpkg-source': 'dpkg-dev',
  tclsh: 'tcl',
  umoci: 'umoci',
  chromium: 'chromium',
  xz: 'xz-utils',
  zstd: 'zstd',
};
/** C libraries of the cross compilers: no tool shows whether they are there, and apt takes those it has for done. */
const LIBRARIES = ['i386', 'armhf', 'armel', 'mips', 'mipsel', 'powerpc'].map((name) => `libc6-dev-${name}-cross`);

const has = (tool) => spawnSync('sh', ['-c', `command -v ${tool}`], { stdio: 'ignore' }).status === 0;
/** Installs what is missing with apt, and says so; ends the process where that cannot be. */
export function installTools(suite) {
  const missing = Object.entries(NEEDED).filter(([tool]) => !has(tool));
  if (missing.length === 0) return;
  const packages = [...new Set(missing.map(([, name]) => name))];
  if (!has('apt-get')) {
    console.error(
      `${suite} needs ${missing.map(([tool]) => tool).join(', ')}, and this host has no apt-get to install them`,
    );
    process.exit(1);
  }
  const sudo = process.getuid() === 0 ? [] : ['sudo'];
  console.log(`${suite} installs with apt: ${packages.join(' ')}`);
  const apt = (...args) =>
    step([...sudo, 'apt-get'][0], [...sudo, 'apt-get', '-qq', ...args].slice(1), {
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    });
  apt('update');
  apt('install', '-y', '--no-install-recommends', ...packages, ...LIBRARIES);
}
