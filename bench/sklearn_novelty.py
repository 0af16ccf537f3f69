"""scikit-learn's novelty detectors on the rows of bench/novelty.mjs; prints the same figures as bench/detect.mjs.

sklearn_novelty.py TRAIN.f64 TEST.f64 COLUMNS ALGORITHM SCORES.f64
"""
import json
import sys
import time

import numpy
import sklearn
from sklearn.ensemble import IsolationForest
from sklearn.mixture import GaussianMixture
from sklearn.neighbors import KernelDensity
from sklearn.svm import OneClassSVM

train, test = (numpy.fromfile(file).reshape(-1, int(sys.argv[3])) for file in sys.argv[1:3])
model = {
    "OCSVM": OneClassSVM(),
    "KDE": KernelDensity(),
    "IF": IsolationForest(random_state=42, contamination=0.1),
    "GMM": GaussianMixture(random_state=42),
}[sys.argv[4]]

start = time.process_time()
model.fit(train)
fitted = time.process_time()
scores = model.decision_function(test) if sys.argv[4] == "IF" else -model.score_samples(test)
scored = time.process_time()
scores.tofile(sys.argv[5])
print(json.dumps({"version": sklearn.__version__, "fit": fitted - start, "score": scored - fitted}))
