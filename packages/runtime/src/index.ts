export { type Config, type ConfigSources, loadConfig } from './config.ts';
export { DAEMON_SETTINGS } from './daemon-settings.ts';
export { type Description, describeError, type FileUse, toPipelineError } from './describe-error.ts';
export { onDisk, syncFolder } from './disk.ts';
export { type ErrorCode, type ErrorDetails, ExitCode, PipelineError } from './errors.ts';
export { formatBytes, formatCount, formatDuration } from './format.ts';
export {
  formatListenAddress,
  type ListenAddress,
  listenFailure,
  parseListenAddress,
} from './listen-address.ts';
export { createLogger, LOG_SETTINGS, type Log, type Logger, type LogOptions } from './logger.ts';
export { type Main, type MainOptions, runMain } from './main.ts';
export { createMetrics, type LabelledValue, type Metrics, type MetricValue } from './metrics.ts';
export { type MetricsPage, openMetricsPage } from './metrics-page.ts';
export { fromPlainError, type PlainError, toPlainError } from './plain-error.ts';
export { printConfig } from './print-config.ts';
export { type DropOptions, type DroppedPrivileges, dropPrivileges } from './privileges.ts';
export { createProgress, type Progress, type ProgressCounts, type ProgressOptions } from './progress.ts';
export { maskSecrets } from './secrets.ts';
export { defineSettings, type Setting, type Settings, type SettingValues } from './settings.ts';
export { type Shutdown, signalExitCode } from './shutdown.ts';
export {
  openStatusServer,
  type Readiness,
  type StatusServer,
  type StatusServerOptions,
} from './status-server.ts';
export { wantsColour, withoutControls } from './terminal.ts';
export { flagUsage } from './usage.ts';
export { within } from './within.ts';
