import { readFileSync } from 'node:fs';
import { Session } from 'node:inspector';

/**
 * Has V8 compile functions of a loaded script without calling them: its debugger compiles those in which it is asked
 * for places to stop.
 * @param script path of the script
 * @param positions in its text, each where a function begins
 */
export function compileFunctions(script: string, positions: readonly number[]): void {
  const place = places(readFileSync(script, 'utf8'));
  const session = new Session();
  session.connect();
  let scriptId = '';
  session.on('Debugger.scriptParsed', ({ params }) => {
    if (params.url.endsWith(script)) scriptId = params.scriptId;
  });
  session.post('Debugger.enable');
  for (const position of positions) {
    const start = { scriptId, ...place(position) };
    const end = { scriptId, ...place(position + 1) };
    session.post('Debugger.getPossibleBreakpoints', { start, end, restrictToFunction: true });
  }
  session.post('Debugger.disable');
  session.disconnect();
}

/** Line and column by position; both count from 0. Positions are asked for in ascending order. */
function places(text: string): (position: number) => { lineNumber: number; columnNumber: number } {
  let lineNumber = 0;
  let begin = 0;
  return (position) => {
    for (;;) {
      const end = text.indexOf('\n', begin);
      if (end < 0 || end >= position) break;
      begin = end + 1;
      lineNumber++;
    }
    return { lineNumber, columnNumber: position - begin };
  };
}
