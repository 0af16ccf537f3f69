// Prints "N passed, N failed[, N skipped]" for a vitest JSON report and exits 1 when anything failed.
// usage: test-totals.mjs REPORT VITEST_EXIT_CODE
import { readFileSync } from 'node:fs';

const [path, exitCode] = process.argv.slice(2);

/** A report that is missing or broken means that vitest crashed: nothing is known to have passed. */
function readReport() {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return { numPassedTests: 0, numFailedTests: 0, numPendingTests: 0, numTodoTests: 0, testResults: [] };
  }
}

const report = readReport();
/** Files that failed before their first test ran do not show in the count of tests. */
const brokenFiles = report.testResults.filter(
  (file) => file.status === 'failed' && !file.assertionResults.some(({ status }) => status === 'failed'),
).length;
const counted = report.numFailedTests + brokenFiles;
// An error outside of any test, or no test found: vitest says so only by its exit code.
const failed = counted === 0 && exitCode !== '0' ? 1 : counted;
const skipped = report.numPendingTests + report.numTodoTests;

console.log(`${report.numPassedTests} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
process.exitCode = failed > 0 ? 1 : 0;
