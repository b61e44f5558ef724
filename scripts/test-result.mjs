// Prints `N passed, M failed` from the report of the test run and ends with its result. Plain JavaScript: nothing that
// the tests are about is needed to say how they ended.
import { existsSync, readFileSync } from "node:fs";

const REPORT = "reports/tests.json";
const status = Number(process.argv[2]);
const report = existsSync(REPORT) ? JSON.parse(readFileSync(REPORT, "utf8")) : null;
const passed = report?.numPassedTests ?? 0;
const failedTests = report?.numFailedTests ?? 0;
// A file that cannot be loaded, or a run that does not start, has no failed test of its own and is a failure all the same.
const failed = failedTests === 0 && (status !== 0 || passed === 0) ? 1 : failedTests;
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exitCode = failed > 0 ? status || 1 : 0;
