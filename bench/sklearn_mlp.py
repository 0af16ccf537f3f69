"""scikit-learn's MLPClassifier on the rows of bench/models.mjs; prints the same figures as bench/mlp.mjs.

sklearn_mlp.py ROWS.f32 TARGETS.f32 COLUMNS TRAIN_ROWS EPOCHS
"""
import json
import sys
import time
import warnings

import numpy
import sklearn
from sklearn.neural_network import MLPClassifier

warnings.simplefilter("ignore")
columns, train_rows, epochs = map(int, sys.argv[3:6])
# float32, as our own; its default is twice as wide and slower.
rows = numpy.fromfile(sys.argv[1], numpy.float32).reshape(-1, columns)
targets = numpy.fromfile(sys.argv[2], numpy.float32).astype(int)
test = rows[train_rows:]

# Adam with the same defaults but for epsilon; n_iter_no_change keeps it from stopping early.
model = MLPClassifier(
    (200,), batch_size=32, max_iter=epochs, alpha=0, shuffle=False, random_state=9, n_iter_no_change=10**6
)
start = time.process_time()
model.fit(rows[:train_rows], targets[:train_rows])
cpu = time.process_time() - start


def rows_per_second(batch, calls):
    for _ in range(calls // 10):
        model.predict_proba(test[:batch])
    start = time.process_time()
    for _ in range(calls):
        model.predict_proba(test[:batch])
    return batch * calls / (time.process_time() - start)


print(json.dumps({
    "version": sklearn.__version__,
    "epochs": model.n_iter_,
    "cpuSeconds": cpu,
    "accuracy": model.score(test, targets[train_rows:]),
    "rowsPerSecond": {"1": rows_per_second(1, 3000), "1000": rows_per_second(1000, 300)},
}))
