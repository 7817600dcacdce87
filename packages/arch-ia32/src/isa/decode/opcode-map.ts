import { type Form, makeForm, parseOpcode } from './form.ts';
import type { Row } from './row.ts';

/** What an opcode can be: forms by mandatory-prefix class, and by ModRM byte where that matters. */
export interface OpcodeEntry {
  readonly modrm: boolean;
  /** Whether `forms` has 256 elements a prefix class (by ModRM byte) or one. */
  readonly byModrm: boolean;
  readonly forms: readonly (Form | undefined)[];
}

/**
 * Entries by opcode: the one-byte map, then (from 256) the 0F map. Each is built when it is first
 * asked for: a program uses a quarter of them, and all take a tenth of a short run.
 */
export class OpcodeMap {
  private readonly rows: (Row[] | undefined)[] = new Array(512).fill(undefined);
  private readonly entries: (OpcodeEntry | undefined)[] = new Array(512).fill(undefined);

  /** Throws TypeError for an encoding that makes no sense. */
  constructor(rows: readonly Row[]) {
    for (const row of rows) {
      const { map, opcode, count } = parseOpcode(row.encoding);
      for (let place = map * 256 + opcode, left = count; left > 0; place++, left--) {
        const others = this.rows[place];
        if (others) others.push(row);
        else this.rows[place] = [row];
      }
    }
  }

  /** What the opcode can be; undefined: nothing. Throws TypeError where two rows claim the same encoding. */
  entry(place: number): OpcodeEntry | undefined {
    return this.entries[place] ?? this.build(place);
  }

  /** Builds all entries. Throws TypeError where two rows claim the same encoding. */
  check(): void {
    for (let place = 0; place < this.rows.length; place++) this.entry(place);
  }

  private build(place: number): OpcodeEntry | undefined {
    const rows = this.rows[place];
    if (rows === undefined) return undefined;
    const entry = buildEntry(rows.map(makeForm));
    this.entries[place] = entry;
    return entry;
  }
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
