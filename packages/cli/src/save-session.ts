import { SaveFileError, writeSaveFile } from '@kml/host-node';
import { type Machine, UnsaveableError } from '@kml/machine';
import { BUILD, VERSION } from './build.ts';
import { Failure } from './failure.ts';
import { openProgress } from './progress.ts';

const MIB = 2 ** 20;
/** Saving less than this is over before anybody asks. */
const WORTH_A_WORD = 64 * MIB;

/** Which KML a save file is of: another one's kernel has other state. */
export const SAVE_VERSION = `${VERSION} (build ${BUILD})`;

export interface SaveOptions {
  readonly save?: string | undefined;
  readonly saveAt?: number | undefined;
  readonly saveExit?: true | undefined;
}

/** Throws Failure for --save-at or --save-exit without the file. */
export function checkSaveOptions({ save, saveAt, saveExit }: SaveOptions): void {
  if (save !== undefined) return;
  if (saveAt !== undefined) throw new Failure('--save-at needs --save FILE');
  if (saveExit) throw new Failure('--save-exit needs --save FILE');
}

/** Writes a machine that stands to the file. Throws Failure. */
export function saveTo(path: string, machine: Machine): void {
  // The guest's own errors go there too: only who looks on is told.
  const progress = openProgress(!process.stderr.isTTY);
  try {
    const { header, parts } = machine.save(SAVE_VERSION);
    const total = (header.frames + header.swapPages) * 4096;
    let said = 0;
    const size = writeSaveFile(path, header, parts, (done) => {
      if (total < WORTH_A_WORD || done - said < total / 20) return;
      said = done;
      progress.say(`kml: saving to ${path}: ${Math.min(100, Math.round((done / total) * 100))}%`);
    });
    progress.end();
    if (process.stderr.isTTY) {
      process.stderr.write(
        `kml: saved to ${path} at instruction ${header.instructions}, ${Math.ceil(size / 1024)} KiB\n`,
      );
    }
  } catch (error) {
    progress.end();
    if (error instanceof UnsaveableError) throw new Failure(`--save ${path}: internal error: ${error.message}`);
    if (error instanceof SaveFileError) throw new Failure(`--save ${path}: ${error.message}`);
    throw error;
  }
}
