import type { Comparison } from '@kml/compare';
import { html, type Markup } from '../html.ts';
import { tableOf } from '../page.ts';

const WAYS: readonly (readonly [string, string])[] = [
  ['user, trap', 'the program runs in user mode; system calls are the trap instruction (int 0x80, svc, syscall, sc)'],
  ['user, fast', 'in user mode, by the fast system call that the kernel offers (sysenter)'],
  ['kernel, trap', 'the program runs at kernel privilege, and still makes its calls by the trap instruction'],
  ['kernel, recognised', 'at kernel privilege; the kernel has recognised the trap instruction and made a call of it'],
  ['kernel, rewritten', 'at kernel privilege; the kernel has overwritten the trap instruction with a call'],
  ['kernel, direct', 'at kernel privilege; a system call is a function call into kernel text'],
];

/** What the numbers are: counted, computed or measured. */
export function notesSection(comparison: Comparison): Markup {
  return html`<section id="reading"><h2>How to read it</h2>
<ul>
<li><b>Counted:</b> instructions, entries into the kernel, page faults, context switches and signals. The programs and the
kernel’s entry code are run instruction by instruction, and nothing about these numbers is an estimate.</li>
<li><b>Modelled:</b> cycles. Each instruction costs what its class costs on the CPU model; to that comes the work behind the
entry code (of the system call, a page fault, a context switch), which a table in the kernel charges in cycles. Caches,
branch prediction and memory are not modelled. <a href="#cpu-models">The parameters</a> are below.</li>
<li><b>Computed:</b> nanoseconds, from the cycles and the clock rate of the CPU model. They say more about clock rates than
about architectures: compare cycles between ways, nanoseconds between machines.</li>
<li>${measured(comparison)}</li>
</ul>
<p>What one unit takes is the difference between a run of n units and one of 2 n, divided by n: the program’s start and end
are not in it.</p>
${tableOf({ caption: 'Ways into the kernel', headings: ['mode and way', 'what it is'], rows: WAYS })}
${machines(comparison)}</section>`;
}

function measured({ host, rows }: Comparison): Markup {
  if (!host || !rows.some(({ total }) => total?.hostSeconds !== undefined))
    return html`<b>Measured on a real computer:</b> nothing. Made again, this page has the same numbers on every host.`;
  return html`<b>Measured:</b> host seconds, on ${host.cpu} (${host.cores} cores), ${host.platform}, Node ${host.node}. They are
the time that running it here took, and say nothing about the modelled CPUs.`;
}

function machines({ rows }: Comparison): Markup {
  const places = new Map(
    rows.map(({ arch, abi, byteOrder, cpu }) => [
      `${arch} ${cpu.name}`,
      [arch, abi, `${byteOrder} endian`, cpu.name, cpu.title, String(cpu.clockHz / 1e6)],
    ]),
  );
  return tableOf({
    caption: 'Architectures and CPU models',
    headings: ['architecture', 'ABI', 'byte order', 'CPU model', 'modelled after', 'MHz'],
    rows: [...places.values()],
  });
}
