import type { Place } from "../domain/scope.ts";
import type { Ledger } from "../journal/ledger.ts";
import { openStore } from "../store/open.ts";

/** Where the record of every organization is kept. */
export interface Records {
  /** What is kept of one place. */
  of(place: Place): Ledger;
  /** Throws where nothing can be recorded. */
  ready(): Promise<void>;
  close(): Promise<void>;
}

/** In one file, for instances on one computer. */
export function recordsInFile(path: string): Records {
  const ledger = openStore(path);
  return {
    of: () => ledger,
    ready: async () => void (await ledger.operations.places()),
    close: () => ledger.close(),
  };
}
