// Adds up the JSON reports that the test runs left in a directory; prints 'N passed, N failed'.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

let passed = 0;
let failed = 0;
for (const name of readdirSync(process.argv[2])) {
  const report = JSON.parse(readFileSync(join(process.argv[2], name), 'utf8'));
  passed += report.numPassedTests;
  failed += report.numFailedTests;
  // A file that failed before its first test has none to count.
  failed += report.testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some(isFailed),
  ).length;
  // A test that did not run proves nothing: in CI it counts as failed.
  failed += report.numPendingTests;
}

console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;

function isFailed(test) {
  return test.status === 'failed';
}
