import { type Form, makeForm } from './form.ts';
import type { Row } from './row.ts';

/** What an opcode can be: forms by mandatory-prefix class, and by ModRM byte where that matters. */
export interface OpcodeEntry {
  readonly modrm: boolean;
  /** Whether `forms` has 256 elements a prefix class (by ModRM byte) or one. */
  readonly byModrm: boolean;
  readonly forms: readonly (Form | undefined)[];
}

/** Entries by opcode: the one-byte map, then (from 256) the 0F map. */
export type OpcodeMap = readonly (OpcodeEntry | undefined)[];

/** Builds the opcode map. Throws TypeError where two rows claim the same encoding. */
export function buildOpcodeMap(rows: readonly Row[]): OpcodeMap {
  const byOpcode: Form[][] = Array.from({ length: 512 }, () => []);
  for (const row of rows) {
    const form = makeForm(row);
    for (let i = 0; i < form.opcodeCount; i++) byOpcode[form.map * 256 + form.opcode + i]!.push(form);
  }
  return byOpcode.map((forms) => (forms.length === 0 ? undefined : buildEntry(forms)));
}

function buildEntry(forms: readonly Form[]): OpcodeEntry {
  const modrm = forms.some((form) => form.modrm);
  if (forms.some((form) => form.modrm !== modrm)) {
    throw new TypeError(`rows differ in having a ModRM byte: ${forms.map((form) => form.row.encoding).join(', ')}`);
  }
  const byModrm = forms.some((form) => form.modrmMatches !== undefined);
  const perClass = byModrm ? 256 : 1;
  const table: (Form | undefined)[] = new Array(4 * perClass).fill(undefined);
  for (const form of [...forms].sort((a, b) => a.rank - b.rank)) fillForm(table, perClass, form);
  return { modrm, byModrm, forms: table };
}

function fillForm(table: (Form | undefined)[], perClass: number, form: Form): void {
  for (let prefix = 0; prefix < 4; prefix++) {
    if (form.prefix >= 0 && form.prefix !== prefix) continue;
    for (let modrm = 0; modrm < perClass; modrm++) {
      if (perClass > 1 && form.modrmMatches && !form.modrmMatches(modrm)) continue;
      const place = prefix * perClass + modrm;
      const other = table[place];
      if (other && other.rank === form.rank) {
        throw new TypeError(
          `'${form.row.encoding}' (${form.row.mnemonic}) and '${other.row.encoding}' (${other.row.mnemonic}) overlap`,
        );
      }
      table[place] = form;
    }
  }
}
