import type { ValueType } from '../ir/ops.ts';

/** Locals of one function: numbered as they are first wanted, used again when given back. */
export class LocalPool {
  /** Types of the locals behind the parameters. */
  readonly types: ValueType[] = [];
  private readonly parameters: number;
  private readonly free = new Map<ValueType, number[]>();

  constructor(parameters: number) {
    this.parameters = parameters;
  }

  allocate(type: ValueType): number {
    const local = this.free.get(type)?.pop();
    return local ?? this.fresh(type);
  }

  /** One that nothing else uses anywhere in the function. */
  fresh(type: ValueType): number {
    this.types.push(type);
    return this.parameters + this.types.length - 1;
  }

  release(local: number): void {
    const type = this.types[local - this.parameters]!;
    let list = this.free.get(type);
    if (list === undefined) {
      list = [];
      this.free.set(type, list);
    }
    list.push(local);
  }
}
