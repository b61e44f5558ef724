import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import { openSqlite } from "../../src/store/sqlite/open.ts";
import { storePortTests } from "./port-tests.ts";

const folder = mkdtempSync(join(tmpdir(), "port-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let files = 0;

storePortTests({
  name: "SQLite",
  fresh() {
    files += 1;
    return join(folder, `${files}.db`);
  },
  open: (address) => openSqlite(address, { busy_timeout_ms: 20_000 }),
  child: [process.execPath, "--import", "tsx", join(import.meta.dirname, "store-child.ts")],
});
