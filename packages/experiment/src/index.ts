export type { Experiment } from './experiment.ts';
export { EXPERIMENTS } from './experiments.ts';
export {
  type Basis,
  type ConstantGroup,
  deviation,
  type ExperimentReport,
  REPORT_FORMAT,
  type BarChart,
  type CurveChart,
  type ReportChart,
  type ReportRow,
  type ReportTable,
  type Unit,
} from './report.ts';
export { type ExperimentHost, type Measurement, measureWays, parseWays, type Way, type WayCosts } from './ways.ts';
