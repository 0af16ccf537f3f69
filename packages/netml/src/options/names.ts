/** Names that help and completion need before anything is loaded; a test holds them to the catalogues. */
export const ALGORITHM_NAMES = ['ocsvm', 'kde', 'if', 'ae', 'gmm', 'pca'] as const;

/** Sets of flow statistics. */
export const STATISTICS_SET_NAMES = ['nfstream', 'cicflowmeter'] as const;

export const FEATURE_TYPE_NAMES = ['IAT', 'SIZE', 'IAT_SIZE', 'STATS', 'SAMP_NUM', 'SAMP_SIZE'] as const;
