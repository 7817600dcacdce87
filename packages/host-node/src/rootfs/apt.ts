import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A failure that one line explains to the user. */
export class RootfsError extends Error {}

/** apt-get of the host, for another architecture, with state and cache of its own: the host's package database is not touched. */
export class Apt {
  private readonly options: string[];
  private readonly archives: string;

  /**
   * @param architecture Debian's name: 'i386'
   * @param cache directory that keeps package lists and packages between calls
   */
  constructor(architecture: string, cache: string) {
    for (const tool of ['apt-get', 'dpkg-deb', 'tar']) {
      if (spawnSync(tool, ['--version'], { stdio: 'ignore' }).error) {
        throw new RootfsError(
          `this host has no ${tool}; a root from Debian packages can only be made on Debian or a relative`,
        );
      }
    }
    const state = join(cache, architecture);
    this.archives = join(state, 'archives');
    mkdirSync(join(state, 'lists/partial'), { recursive: true });
    mkdirSync(join(this.archives, 'partial'), { recursive: true });
    const status = join(state, 'status');
    if (!existsSync(status)) writeFileSync(status, '');
    const settings: Record<string, string> = {
      'APT::Architecture': architecture,
      'APT::Architectures': architecture,
      'Dir::State': state,
      'Dir::State::Lists': join(state, 'lists'),
      'Dir::State::status': status,
      'Dir::Cache::archives': this.archives,
      'Dir::Cache::pkgcache': join(state, 'pkgcache.bin'),
      'Dir::Cache::srcpkgcache': join(state, 'srcpkgcache.bin'),
      'APT::Install-Recommends': 'false',
      'APT::Get::Assume-Yes': 'true',
      'APT::Sandbox::User': 'root',
      'Acquire::Languages': 'none',
      'Debug::NoLocking': 'true',
    };
    this.options = Object.entries(settings).flatMap(([key, value]) => ['-o', `${key}=${value}`]);
  }

  /** Fetches the packages and all they depend on; gives the paths of the .deb files. */
  async download(packages: readonly string[], progress: (line: string) => void): Promise<string[]> {
    const fresh = !this.hasLists();
    if (fresh) await this.update(progress);
    const fetch = (): Promise<void> => this.get(['--download-only', 'install', ...packages], progress);
    try {
      await fetch();
    } catch (error) {
      // Lists kept from another day name packages that the archive has replaced since.
      if (fresh) throw error;
      await this.update(progress);
      await fetch();
    }
    // Nothing is ever installed in this private state, so a simulated install lists all that belongs to it.
    const simulated = spawnSync('apt-get', [...this.options, '--simulate', 'install', ...packages], {
      encoding: 'utf8',
    });
    const names = [...simulated.stdout.matchAll(/^Inst (\S+) \((\S+) [^)]*\[(\w+)\]/gm)];
    const files = new Set(readdirSync(this.archives));
    return names.map(([, name, version, architecture]) => {
      const file = `${name!.replace(/:.*$/, '')}_${version!.replaceAll(':', '%3a')}_${architecture}.deb`;
      if (!files.has(file)) throw new RootfsError(`apt-get fetched no ${file}`);
      return join(this.archives, file);
    });
  }

  /** One source that cannot be read (a mirror being synchronised) must not stop the others. */
  private async update(progress: (line: string) => void): Promise<void> {
    try {
      await this.get(['update'], progress);
    } catch (error) {
      if (!this.hasLists()) throw error;
      progress((error as Error).message);
    }
  }

  private hasLists(): boolean {
    const lists = this.options[this.options.findIndex((option) => option.startsWith('Dir::State::Lists='))]!;
    return readdirSync(lists.slice(lists.indexOf('=') + 1)).some((name) => name.includes('_Packages'));
  }

  private get(args: readonly string[], progress: (line: string) => void): Promise<void> {
    return new Promise((resolve, reject) => {
      const child = spawn('apt-get', [...this.options, '-q', ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
      let errors = '';
      let rest = '';
      child.stdout.on('data', (chunk: Buffer) => {
        const lines = (rest + chunk.toString()).split('\n');
        rest = lines.pop()!;
        for (const line of lines) if (/^(Get|Fetched|Err)/.test(line)) progress(line);
      });
      child.stderr.on('data', (chunk: Buffer) => {
        errors += chunk.toString();
      });
      child.on('error', (error) => reject(new RootfsError(`apt-get: ${error.message}`)));
      child.on('close', (status) => {
        if (status === 0) return resolve();
        const first = errors.split('\n').find((line) => line.startsWith('E:')) ?? errors.split('\n')[0] ?? '';
        reject(new RootfsError(`apt-get ${args[0]}: ${first.replace(/^E: /, '') || `status ${status}`}`));
      });
    });
  }
}
