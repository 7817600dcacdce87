/** What a memory access is for. */
export type Access = 'read' | 'write' | 'execute';

/**
 * A guest fault in flight through host code that acts as the CPU (trap delivery, system routines,
 * the interpreter's slow path). Not an Error: no stack is captured, and one object serves all.
 * It is thrown by the MMU and caught by the engine, which hands it to `IsaBackend.deliverFault`.
 */
export class GuestFault {
  /** Page fault: the access; otherwise undefined and `vector` says what. */
  access: Access | undefined;
  /** Page fault: faulting virtual address. */
  address = 0;
  /** Page fault: the page was present, the access not permitted. */
  present = false;
  /** Page fault: of an access with supervisor rights that an instruction implies (load32S, store32S). */
  implied = false;
  /** Other faults: the ISA's vector and error code. */
  vector = 0;
  error = 0;
}
