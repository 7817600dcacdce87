export { arm } from './backend.ts';
export * from './state.ts';
export { bankedSlot, spsrSlot, userSlot } from './system/banks.ts';
export { itOfPsr, itToPsr, pcOf, readApsr, readCpsr, writeApsr, writeCpsr } from './system/psr.ts';
export * from './vectors.ts';
