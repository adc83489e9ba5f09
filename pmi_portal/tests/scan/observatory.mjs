// The Observatory's verdict on https://localhost as JSON. Its own program trusts public authorities alone.
import { scan } from "@mdn/mdn-http-observatory";

const { scan: verdict, tests } = await scan("localhost");
const failed = Object.entries(tests)
  .filter(([, test]) => !test.pass)
  .map(([name, test]) => `${name}: ${test.result}`);
console.log(JSON.stringify({ score: verdict.score, grade: verdict.grade, failed }));
