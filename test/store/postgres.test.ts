import { join } from "node:path";
import type { DatabaseSettings } from "../../src/store/postgres/database.ts";
import { openAsOwner } from "../../src/store/postgres/open.ts";
import { freshSchema } from "../harness/postgres.ts";
import { storePortTests } from "./port-tests.ts";

storePortTests({
  name: "PostgreSQL",
  fresh: async () => JSON.stringify((await freshSchema()).owner),
  open: (address) => {
    const settings: DatabaseSettings = JSON.parse(address);
    return openAsOwner(settings);
  },
  child: [process.execPath, "--import", "tsx", join(import.meta.dirname, "store-child.ts")],
});
