/** What a stack cost. */
export interface ProfileWeights {
  /** Guest instructions executed. */
  instructions: number;
  /** Cycles of the CPU model, the kernel's charged work included. */
  cycles: number;
  /** Nanoseconds of the host. */
  hostNanoseconds: number;
}

/** A stack and its weights; frames from the outermost in. */
export interface ProfileStack extends ProfileWeights {
  readonly frames: readonly ProfileFrame[];
}

export interface ProfileFrame {
  readonly name: string;
  /** Path of the file that the function is in, in the guest. */
  readonly file?: string;
}

/** A guest profile: where instructions, cycles and host time went. */
export interface Profile {
  readonly arch: string;
  readonly cpu: string;
  /** Instructions between samples. */
  readonly every: number;
  readonly samples: number;
  readonly stacks: readonly ProfileStack[];
}

/** Stacks by their frames, with weights added up. */
export class StackTable {
  private readonly root: StackNode = { children: new Map(), stack: undefined };

  /** The stack of these frames, made on the first look. */
  stack(frames: readonly ProfileFrame[]): ProfileStack {
    let node = this.root;
    for (const frame of frames) {
      const key = `${frame.name}\0${frame.file ?? ''}`;
      let child = node.children.get(key);
      if (!child) node.children.set(key, (child = { children: new Map(), stack: undefined }));
      node = child;
    }
    node.stack ??= { frames, instructions: 0, cycles: 0, hostNanoseconds: 0 };
    return node.stack;
  }

  all(): ProfileStack[] {
    const stacks: ProfileStack[] = [];
    const visit = (node: StackNode): void => {
      if (node.stack) stacks.push(node.stack);
      for (const child of node.children.values()) visit(child);
    };
    visit(this.root);
    return stacks;
  }
}

interface StackNode {
  readonly children: Map<string, StackNode>;
  stack: ProfileStack | undefined;
}
