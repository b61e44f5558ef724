import type { Scope } from "../../src/domain/scope.ts";
import { createJournals } from "../../src/journal/journal.ts";
import type { Journal } from "../../src/journal/port.ts";
import type { JournalOptions } from "../../src/journal/settings.ts";

export type TestJournal = Journal & { close(): Promise<void> };

/** The journal of a process that serves one scope. */
export function journalIn(scope: Scope, options: JournalOptions): TestJournal {
  const journals = createJournals(options);
  return { ...journals.in(scope), close: () => journals.close() };
}
