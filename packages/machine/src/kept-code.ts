import { type Engine, FixedModules, liftKey, type Optimisations, type StorePieces, translationKey } from '@kml/core';
import type { CodeStore, KeptCode } from './options.ts';

const MIB = 2 ** 20;
/**
 * A store of lifted code grows up to this, then forgets what no run used for longest. Large enough for Python in both
 * modes (18 MB): else runs in turn have each other's code lifted and the store written again.
 */
const MOST_LIFTED_BYTES = 24 * MIB;
/** The same of kept translations, most of which is the host's machine code. */
const MOST_TRANSLATED_BYTES = 16 * MIB;

/** What a machine keeps between runs in a code store, under three names: fixed modules, a program's lifted code, its translations. */
export class MachineCode {
  readonly fixedModules: FixedModules;
  private readonly store: CodeStore;
  private readonly optimisations: Optimisations;
  private readonly modulesName: string;
  /** What is open, to be read from. */
  private readonly open: KeptCode[] = [];

  constructor(store: CodeStore, arch: string, optimisations: Optimisations) {
    this.store = store;
    this.optimisations = optimisations;
    this.modulesName = `${arch}-modules`;
    this.fixedModules = new FixedModules(this.hostCode, this.hostCode && this.opened(this.modulesName));
  }

  /** Of the store, where it is to be used. */
  get hostCode(): CodeStore['hostCode'] {
    return this.optimisations.hostCode ? this.store.hostCode : undefined;
  }

  /** Has the engine use what earlier runs of the program kept under this name. */
  adopt(engine: Engine, codeName: string): void {
    const lifted = this.opened(this.liftedName(codeName));
    if (lifted) engine.adoptCode(lifted);
    const translated = this.optimisations.keptTranslations && this.opened(this.translatedName(codeName));
    if (translated) engine.adoptTranslations(translated);
  }

  /** Keeps what this run has that the store had not, and closes it: what a later part of the run lacks it makes. */
  keep(engine: Engine, codeName: string): void {
    this.write(this.liftedName(codeName), engine.storeCode(MOST_LIFTED_BYTES));
    if (this.optimisations.keptTranslations)
      this.write(this.translatedName(codeName), engine.storeTranslations(MOST_TRANSLATED_BYTES));
    this.write(this.modulesName, this.fixedModules.save());
    for (const kept of this.open.splice(0)) kept.close();
  }

  /** Lifted code depends on what is optimised where it is lifted, translations on all. */
  private liftedName(codeName: string): string {
    return `${codeName}${liftKey(this.optimisations)}`;
  }

  private translatedName(codeName: string): string {
    return `${codeName}${translationKey(this.optimisations)}-translated`;
  }

  private opened(name: string): KeptCode | undefined {
    const kept = this.store.open(name);
    if (kept) this.open.push(kept);
    return kept;
  }

  private write(name: string, pieces: StorePieces | undefined): void {
    if (pieces) this.store.write(name, pieces);
  }
}
