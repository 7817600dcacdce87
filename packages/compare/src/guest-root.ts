import { type HostDirectory, type MemoryFile, memoryDirectory } from '@kml/machine';
import type { ComparisonPorts } from './ports.ts';

/** What the shell script calls: links to the box. */
const TOOLS = ['sh', 'echo', 'cat', 'seq', 'wc'];

/** Makes the small roots that workloads run in: their program and the shell's tools, in /bin and in /trusted/bin. */
export class GuestRoots {
  private readonly ports: ComparisonPorts;
  private readonly made = new Map<string, HostDirectory>();

  constructor(ports: ComparisonPorts) {
    this.ports = ports;
  }

  of(arch: string, program: string): HostDirectory {
    const name = TOOLS.includes(program) ? 'box' : program;
    const key = `${arch} ${name}`;
    const root = this.made.get(key) ?? this.make(arch, name);
    this.made.set(key, root);
    return root;
  }

  private make(arch: string, name: string): HostDirectory {
    const files: Record<string, MemoryFile> = { '/tmp/': new Uint8Array() };
    const bytes = this.ports.guestProgram(arch, name);
    for (const directory of ['/bin', '/trusted/bin']) {
      files[`${directory}/${name}`] = bytes;
      if (name === 'box') for (const tool of TOOLS) files[`${directory}/${tool}`] = { link: 'box' };
    }
    return memoryDirectory(files);
  }
}
