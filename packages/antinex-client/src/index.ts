export { AntinexClient, type CallOptions, type CreateJobOptions } from './client.ts';
export { aiRequestOptions, antinexClientOptions, antinexProblems } from './from-settings.ts';
export { isTemporary, mayBeDone } from './http/retry.ts';
export type { AntinexClientOptions, Exchanged, TlsOptions } from './options.ts';
export type { Created } from './post-once.ts';
export {
  accuracyOf,
  type Job,
  type JobResult,
  type Prediction,
  type Prepare,
  predictionsOf,
  resultIdOf,
  type User,
} from './records.ts';
export type { AiRequest, AiRequestOptions, Row } from './request/ai-request.ts';
export { generateAiRequest } from './request/generate-ai-request.ts';
export { readTemplate, type Template } from './request/template.ts';
export { ANTINEX_SETTINGS } from './settings.ts';
export type { WaitOptions } from './waiting.ts';
