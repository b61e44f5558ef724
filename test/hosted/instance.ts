/**
 * `serve` with two things of a test's own: what is not known is settled within seconds instead of minutes, and each act waits
 * for good where `STOP_AT` says, after it has said `at POINT`, so that the process can be killed there.
 */
import { loadConfig } from "../../src/config.ts";
import { loadDatabaseConfig } from "../../src/hosted/database-settings.ts";
import { serveHosted } from "../../src/hosted/serve.ts";
import { loadHostedConfig } from "../../src/hosted/settings.ts";
import { TIMES } from "../faults/scene.ts";

const { env } = process;
const stopAt = env["STOP_AT"];
const served = await serveHosted({
  config: loadConfig({}, env, true),
  hosted: loadHostedConfig({}, env),
  database: loadDatabaseConfig(env),
  demo: false,
  proxy: null,
  env,
  logs: { write: (line) => void process.stderr.write(line) },
  trial: {
    settle: { horizon_ms: TIMES.horizon_ms, lag_ms: TIMES.horizon_ms, fresh_ms: 20_000 },
    onPoint: async (point) => {
      if (point !== stopAt) return;
      process.stderr.write(`at ${point}\n`);
      await new Promise(() => {});
    },
  },
});
process.once("SIGTERM", () => void served.close().finally(() => process.exit(0)));
