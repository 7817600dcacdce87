import { expect, test } from 'vitest';
import { joined } from '../engine/stored-bytes.ts';
import { outcome } from '../testing/random-machine.ts';
import { reader } from '../testing/stored-bytes.ts';
import { toy } from '../testing/toy-isa.ts';
import { type ToyMachine, toyMachine, USER_CODE, USER_DATA } from '../testing/toy-machine.ts';
import { FixedModules } from './fixed-modules.ts';
import type { CodeOfHost, HostCode } from './host-code.ts';
import { wasmTranslatorWith } from './translator.ts';

const EAGER = { hotness: 2, translator: wasmTranslatorWith({ batch: 1, maxWait: 1 }) };
const PLENTY = 1 << 24;

/** A host whose machine code is a number for each module, and which takes back those it knows. */
class FakeHost implements HostCode {
  readonly optimised = new Set<unknown>();
  readonly given: number[] = [];
  refuses = false;
  isCompiled(): boolean {
    return true;
  }
  isOptimised(code: unknown): boolean {
    return this.optimised.has(code);
  }
  optimise(code: unknown): void {
    this.optimised.add(code);
  }
  take(): CodeOfHost {
    return { code: Uint8Array.of(1, 2, 3), checksum: 6 };
  }
  give({ code, checksum }: CodeOfHost, bytes: Uint8Array): WebAssembly.Module | undefined {
    expect([...code]).toEqual([1, 2, 3]);
    if (this.refuses) return undefined;
    this.given.push(checksum);
    return new WebAssembly.Module(bytes as Uint8Array<ArrayBuffer>);
  }
}

function machineOn(host: HostCode | undefined, store?: Uint8Array, modules?: FixedModules): ToyMachine {
  const machine = toyMachine({ ...EAGER, hostCode: host, ...(modules && { fixedModules: modules }) });
  machine.poke(USER_CODE, [
    ...[toy('ld', 0, 6, 0), toy('addi', 0, 0, 3), toy('st', 0, 6, 0), toy('call', 0, 2)].flat(),
    ...[toy('jmp', 0, -4), toy('addi', 2, 2, 1), toy('ret')].flat(),
  ]);
  machine.setReg('r6', USER_DATA);
  if (store) expect(machine.engine.adoptTranslations(reader(store))).toBe(true);
  machine.engine.run(5000);
  return machine;
}

test('what is used again is optimised once, and comes with its machine code from then on', () => {
  const plain = machineOn(undefined);
  const host = new FakeHost();
  const first = machineOn(host);
  const made = joined(first.engine.storeTranslations(PLENTY)!);
  expect(host.optimised.size).toBe(0);
  const second = machineOn(host, made);
  expect(second.engine.counters.modulesCompiledBefore).toBe(0);
  const optimised = joined(second.engine.storeTranslations(PLENTY)!);
  expect(host.optimised.size).toBe(second.engine.counters.regionsKept);
  const later = new FakeHost();
  const third = machineOn(later, optimised);
  const { counters } = third.engine;
  expect(counters.modulesCompiledBefore).toBe(counters.modules);
  expect(counters.modules).toBeGreaterThan(0);
  expect(later.given.every((checksum) => checksum === 6)).toBe(true);
  // All is optimised and nothing is new.
  expect(third.engine.storeTranslations(PLENTY)).toBeUndefined();
  expect(later.optimised.size).toBe(0);
  expect([first, second, third].map(outcome)).toEqual(Array(3).fill(outcome(plain)));
});

test('a host that does not take its code back has the modules compiled, and optimised again', () => {
  const host = new FakeHost();
  const made = joined(machineOn(host).engine.storeTranslations(PLENTY)!);
  const optimised = joined(machineOn(host, made).engine.storeTranslations(PLENTY)!);
  const other = new FakeHost();
  other.refuses = true;
  const machine = machineOn(other, optimised);
  expect(machine.engine.counters).toMatchObject({ modulesCompiledBefore: 0, regionsTranslated: 0 });
  expect(outcome(machine)).toEqual(outcome(machineOn(undefined)));
  expect(machine.engine.storeTranslations(PLENTY)).toBeDefined();
  expect(other.optimised.size).toBeGreaterThan(0);
});

test('without it nothing is asked of the host', () => {
  const store = joined(machineOn(undefined).engine.storeTranslations(PLENTY)!);
  const machine = machineOn(undefined, store);
  expect(machine.engine.counters.modulesCompiledBefore).toBe(0);
  expect(machine.engine.storeTranslations(PLENTY)).toBeUndefined();
});

test('fixed modules are made once, and kept with their machine code by name', () => {
  const host = new FakeHost();
  const first = new FixedModules(host);
  const plain = machineOn(host, undefined, first);
  const store = joined(first.save()!);
  expect(host.optimised.size).toBeGreaterThan(0);
  const later = new FakeHost();
  const second = new FixedModules(later, reader(store));
  const machine = machineOn(later, undefined, second);
  expect(later.given.length).toBeGreaterThanOrEqual(3);
  expect(outcome(machine)).toEqual(outcome(plain));
  expect(second.save()).toBeUndefined();
  // One that no machine used goes on being kept.
  const third = new FixedModules(later, reader(store));
  third.instantiate('other', () => Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0), {});
  const fourth = new FixedModules(later, reader(joined(third.save()!)));
  const before = later.given.length;
  machineOn(later, undefined, fourth);
  expect(later.given.length).toBeGreaterThanOrEqual(before + 3);
});

test('fixed modules whose store is damaged or whose code is refused are made anew', () => {
  const host = new FakeHost();
  const first = new FixedModules(host);
  const plain = machineOn(host, undefined, first);
  const store = joined(first.save()!);
  const refusing = new FakeHost();
  refusing.refuses = true;
  for (const modules of [
    new FixedModules(refusing, reader(store)),
    new FixedModules(host, reader(store.subarray(8))),
    new FixedModules(host, reader(new Uint8Array(3))),
    new FixedModules(),
  ]) {
    expect(outcome(machineOn(host, undefined, modules))).toEqual(outcome(plain));
  }
});
