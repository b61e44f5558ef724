import { z } from "zod";
import type { Place } from "../domain/scope.ts";
import type { RequestMark } from "../domain/tracing.ts";
import { oneLine } from "../domain/untrusted.ts";
import { NotFoundError } from "../errors.ts";
import type { AuditReport } from "./audit.ts";
import type { Ledger } from "./ledger.ts";
import type { OperationFilter, OperationRecord } from "./port.ts";
import { recordOf } from "./record.ts";
import type { AuditRow } from "./store-port.ts";

/** What the owner sees of the journal (`invoicing-mcp journal …`). Nothing here prints or sends. */

const AUDIT_PAGE = 1000;

/** One row per operation, newest first: ready for a table. */
export interface JournalLine {
  readonly id: string;
  readonly at: string;
  readonly kind: string;
  readonly state: string;
  readonly subject: string;
  readonly number: string;
  readonly amount: string;
  readonly why: string;
}

export async function journalList(
  store: Ledger,
  place: Place,
  filter: OperationFilter,
): Promise<readonly JournalLine[]> {
  return (await store.operations.list(place, filter)).map((row) => lineOf(recordOf(row)));
}

/** An operation with every audit line about it. */
export async function journalShow(
  store: Ledger,
  place: Place,
  id: string,
): Promise<{
  readonly operation: OperationRecord;
  readonly request: RequestMark;
  readonly trail: readonly AuditRow[];
}> {
  const row = await store.operations.get(place, id);
  if (row === null)
    throw new NotFoundError(`There is no operation ${id}.`, { next: "See: invoicing-mcp journal list." });
  const trail = await store.audit.about(id, row.approval_id);
  const { request_id, trace_id } = row;
  return { operation: recordOf(row), request: { request_id, trace_id }, trail };
}

export async function journalVerify(
  store: Ledger,
): Promise<AuditReport & { readonly ok: boolean; readonly text: string }> {
  const report = await store.audit.verify();
  const ok = report.problems.length === 0;
  const counted = `${report.rows} audit lines, ${report.operations} operations, ${report.approvals} approvals`;
  return { ...report, ok, text: ok ? `Whole: ${counted}.` : `Not whole (${counted}):\n${report.problems.join("\n")}` };
}

const CSV_COLUMNS = [
  "seq",
  "at",
  "event",
  "origin",
  "organization_id",
  "principal",
  "operation_id",
  "approval_id",
  "kind",
  "state",
  "subject_id",
  "resource_id",
  "number",
  "amount",
  "currency",
  "bank_line",
  "channel",
  "hash",
] as const;

const auditData = z.object({
  kind: z.string().optional(),
  act: z.string().optional(),
  state: z.string().optional(),
  answer: z.string().optional(),
  subject_id: z.string().nullish(),
  resource_id: z.string().nullish(),
  channel: z.string().nullish(),
  note: z
    .object({
      number: z.string().nullish(),
      amount: z.string().optional(),
      currency: z.string().optional(),
      bank_line: z.string().optional(),
    })
    .nullish(),
});

/** The audit trail as CSV (RFC 4180), one line at a time, header first. */
export async function* journalExportCsv(store: Ledger, place: Place): AsyncGenerator<string> {
  yield csvLine(CSV_COLUMNS);
  for await (const row of auditLines(store)) {
    if (row.organization_id !== place.organization_id || row.origin !== place.origin) continue;
    const data = auditData.parse(row.data);
    yield csvLine([
      String(row.seq),
      new Date(row.at).toISOString(),
      row.event,
      row.origin,
      row.organization_id,
      row.principal,
      row.operation_id ?? "",
      row.approval_id ?? "",
      data.kind ?? data.act ?? "",
      data.state ?? data.answer ?? "",
      data.subject_id ?? "",
      data.resource_id ?? "",
      data.note?.number ?? "",
      data.note?.amount ?? "",
      data.note?.currency ?? "",
      data.note?.bank_line ?? "",
      data.channel ?? "",
      row.hash,
    ]);
  }
}

async function* auditLines(store: Ledger): AsyncGenerator<AuditRow> {
  for (const trail of await store.audit.trails()) {
    for (let after: number | undefined = 0; after !== undefined; ) {
      const page: readonly AuditRow[] = await store.audit.page(after, AUDIT_PAGE, trail);
      yield* page;
      after = page.at(-1)?.seq;
    }
  }
}

function lineOf(record: OperationRecord): JournalLine {
  const { note } = record;
  return {
    id: record.id,
    at: record.created_at,
    kind: record.kind,
    state: record.state,
    subject: record.subject.id === null ? record.subject.type : `${record.subject.type} ${record.subject.id}`,
    number: shown(note?.number),
    amount: note?.amount === undefined ? "" : shown(`${note.amount} ${note.currency ?? ""}`).trim(),
    why: shown(record.why),
  };
}

/** For a terminal: numbers and reasons hold text from the API. */
function shown(text: string | null | undefined): string {
  return oneLine(text ?? "", 300);
}

/** Cells that a spreadsheet would run as a formula get an apostrophe, quotes are doubled. */
function csvLine(cells: readonly string[]): string {
  const quoted = cells.map((cell) => {
    const safe = /^[=+\-@\t\r]/.test(cell) && !/^-?\d+(\.\d+)?$/.test(cell) ? `'${cell}` : cell;
    return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  });
  return `${quoted.join(",")}\r\n`;
}
