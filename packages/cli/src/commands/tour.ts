import { Command, Option } from '@commander-js/extra-typings';
import { standardRegistry } from '@kml/machine';
import { Failure } from '../failure.ts';
import { openPage } from '../tour/page-file.ts';
import { runTour } from '../tour/tour.ts';

/** Written in the working directory where nothing else is said. */
const REPORT = 'kml-comparison.html';

/** `kml tour`: the experiments of Kernel Mode Linux, live. */
export function tourCommand() {
  return new Command('tour')
    .description('run the experiments of Kernel Mode Linux, in user mode and in kernel mode')
    .option('--arch <isa>', 'on this architecture alone, without the comparison (default: all; see kml archs)')
    .option('--no-debian', "leave out Debian's bash (which is fetched where the host has apt)")
    .addOption(new Option('--report <file>', `the comparison's page (default: ${REPORT}, unless --arch is given)`))
    .option('--no-report', 'make no comparison')
    .option('--open', "show the comparison's page in a browser")
    .action(async ({ arch, debian, report, open = false }) => {
      const there = standardRegistry().plugins.map(({ name }) => name);
      if (arch !== undefined && !there.includes(arch)) {
        throw new Failure(`no architecture '${arch}'; there is ${there.join(', ')}`);
      }
      const path = reportPath(report, arch === undefined);
      if (open && path === undefined) throw new Failure('--open needs --report');
      const page = path === undefined ? undefined : openPage('--report', path);
      process.exitCode = await runTour({ archs: arch === undefined ? there : [arch], debian, page, open });
    });
}

/** `--report` alone is a file, `--no-report` false, and neither is true: commander's way. */
function reportPath(report: string | boolean | undefined, byDefault: boolean): string | undefined {
  if (typeof report === 'string') return report;
  return report !== false && byDefault ? REPORT : undefined;
}
