export type { Experiment } from './experiment.ts';
export { EXPERIMENTS } from './experiments.ts';
export {
  type BarChart,
  type Basis,
  type ConstantGroup,
  type CurveChart,
  deviation,
  type ExperimentReport,
  REPORT_FORMAT,
  type ReportChart,
  type ReportRow,
  type ReportTable,
  type Unit,
} from './report.ts';
export { type ExperimentHost, type Measurement, measureWays, parseWays, type Way, type WayCosts } from './ways.ts';
