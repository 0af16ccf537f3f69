/** What `/ml/` and `/mlprepare/` are asked with: JSON as it came. */
export type JobRequest = Readonly<Record<string, unknown>>;

export interface JobOptions {
  /** Do as the original AntiNex stack does, its quirks included. */
  readonly compat: boolean;
  /** Ends the job; its promise is then rejected with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** A field of a request that cannot be worked with, and why: what a 422 says. */
export interface Problem {
  readonly field: string;
  readonly reason: string;
}

/** One predicted row by column. */
export type PredictionRow = Readonly<Record<string, number | string | null>>;

export interface JobOutcome {
  /** The predicted rows as the text of a JSON array, to be stored and sent as it is: it may be megabytes. */
  readonly predictionsJson: string;
  /** The same rows; read from the text when first asked for. */
  readonly predictions: readonly PredictionRow[];
  readonly predictedRows: number;
  /** Rows that were beyond `max_records` or the limit of an answer and so have no prediction. */
  readonly leftOffRows: number;
  /** In percent (regression: minus a hundred times the loss, as AntiNex has it); null where it is not known. */
  readonly accuracy: number | null;
  /** Deviation and mean of the folds' scores. */
  readonly scores: readonly [deviation: number, mean: number] | null;
  /** `acc_data` of the result: `accuracy`, and outside of compat mode what it is to be held against. */
  readonly accData: Readonly<Record<string, unknown>>;
  /** The network's architecture as Keras writes it: JSON. */
  readonly modelJson: string;
  readonly modelFile: string;
  /** Whether this job trained the model; otherwise one of before answered. */
  readonly trained: boolean;
}

export interface PrepareOutcome {
  readonly fullFile: string;
  readonly cleanFile: string;
  readonly fullMetaFile: string;
  readonly cleanMetaFile: string;
  /** The files that were read, in order. */
  readonly pipelineFiles: readonly string[];
  readonly fullRows: number;
  readonly cleanRows: number;
  /** `post_proc` of the record: with `features_to_process`, `ignore_features` and `feature_to_predict`. */
  readonly postProc: Readonly<Record<string, unknown>>;
  readonly labelRules: Readonly<Record<string, unknown>>;
}

/** Trains, predicts and prepares datasets in threads of its own. */
export interface JobEngine {
  /** What is wrong with a `/ml/` body as far as it can be told without files; none for one that may run. */
  problemsOf(request: JobRequest): readonly Problem[];
  /** The same of a `/mlprepare/` body. */
  prepareProblemsOf(request: JobRequest): readonly Problem[];
  /**
   * Runs a training, or a prediction when the label's model is there. Trainings run one after the other;
   * predictions with a known model have a thread of their own and never wait for a training.
   *
   * @throws PipelineError whose message says why; the signal's reason
   */
  runJob(request: JobRequest, options: JobOptions): Promise<JobOutcome>;
  /** Whether the label's model is there, so that runJob() would only predict. */
  isKnown(request: JobRequest, options: { readonly compat: boolean }): boolean;
  /** Merges CSV files into a dataset to train with. @throws as runJob() */
  prepare(request: JobRequest, options: JobOptions): Promise<PrepareOutcome>;
  /** Ends all threads; jobs that still run are rejected. */
  close(): Promise<void>;
}

export interface JobEngineOptions {
  /** Models lie in `models/` of it, prepared datasets in `prepared/`. */
  readonly dataDir: string;
  /** The only folders that datasets are read from, besides `prepared/`. */
  readonly datasetDirs: readonly string[];
  readonly limits?: Partial<JobLimits> | undefined;
}

/** What one request may take. */
export interface JobLimits {
  /** Rows of a request or dataset. */
  readonly rows: number;
  /** Rows x columns of a request or dataset. */
  readonly cells: number;
  /** Epochs x rows x weights, counted for all networks that a request trains. */
  readonly work: number;
  /** Characters of predictionsJson. */
  readonly answerLength: number;
  /** Models that are kept; another label is refused when all are taken. */
  readonly models: number;
  /** Bytes of files that are read for one dataset. */
  readonly fileBytes: number;
  /** Megabytes of JavaScript objects that a thread may hold. */
  readonly threadMegabytes: number;
}
