/** Names that help and completion need before anything is loaded; a test holds them to the catalogues. */
export const ALGORITHM_NAMES = ['ocsvm', 'kde', 'if', 'ae', 'gmm', 'pca'] as const;

export const FEATURE_TYPE_NAMES = ['IAT', 'SIZE', 'IAT_SIZE', 'STATS', 'SAMP_NUM', 'SAMP_SIZE'] as const;
