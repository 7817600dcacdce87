import { Session } from 'node:inspector';
import { queryObjects, setFlagsFromString } from 'node:v8';

/** Functions by where they begin: positions in the script's text, ascending. */
export interface Functions {
  /** Of one script, by its path. */
  readonly [script: string]: readonly number[];
}

/**
 * Leaves only these functions compiled, of all that were: what filled tables is not called again, and each function
 * that is kept is six objects of the snapshot. V8 drops the code of functions that are not running when it collects
 * garbage. Those of the script are then compiled by its debugger, which does so where it is asked for places to stop,
 * and Node's own, which the debugger does not show, one by one.
 * @param script path of the script
 * @param functions that of the script by its path, Node's by the number that V8 gives a script
 */
export function compileOnly(script: string, functions: Functions): void {
  const session = new Session();
  session.connect();
  dropCode();
  const { [script]: own, ...others } = functions;
  if (own) compileInScript(session, script, own);
  compileNodes(session, others);
  session.disconnect();
}

function dropCode(): void {
  setFlagsFromString('--flush-bytecode');
  setFlagsFromString('--stress-flush-code');
  // Collects garbage first.
  queryObjects(Session);
  setFlagsFromString('--no-stress-flush-code');
  setFlagsFromString('--no-flush-bytecode');
}

/** The answers of the session come at once: it is this thread's own. */
function compileInScript(session: Session, script: string, positions: readonly number[]): void {
  let scriptId = '';
  session.on('Debugger.scriptParsed', ({ params }) => {
    if (params.url.endsWith(script)) scriptId = params.scriptId;
  });
  session.post('Debugger.enable');
  session.post('Debugger.getScriptSource', { scriptId }, (_, { scriptSource }) => {
    const place = places(scriptSource);
    for (const position of positions) {
      const start = { scriptId, ...place(position) };
      const end = { scriptId, ...place(position + 1) };
      session.post('Debugger.getPossibleBreakpoints', { start, end, restrictToFunction: true });
    }
  });
  session.post('Debugger.disable');
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

/** Compiles those of all functions there are that are listed, by V8's functions for tests. */
function compileNodes(session: Session, functions: Functions): void {
  setFlagsFromString('--allow-natives-syntax');
  const scriptOf = new Function('f', 'return %FunctionGetScriptId(f)');
  const positionOf = new Function('f', 'return %FunctionGetScriptSourcePosition(f)');
  const compile = new Function('f', '%EnsureFeedbackVectorForFunction(f)');
  Object.assign(globalThis, {
    compileListed(all: readonly unknown[]): void {
      for (const one of all) {
        const positions = functions[scriptOf(one)];
        if (positions?.includes(positionOf(one))) compile(one);
      }
    },
  });
  session.post('Runtime.evaluate', { expression: 'Function.prototype' }, (_, { result }) => {
    session.post('Runtime.queryObjects', { prototypeObjectId: result.objectId! }, (_, { objects }) => {
      const functionDeclaration = 'function () { compileListed(this); }';
      session.post('Runtime.callFunctionOn', { functionDeclaration, objectId: objects.objectId! });
    });
  });
  delete (globalThis as { compileListed?: unknown }).compileListed;
  setFlagsFromString('--no-allow-natives-syntax');
}
