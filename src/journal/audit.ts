import { approvalDigest, LINE_VERSION, lineHash, operationDigest, planHash, versionOf } from "./rules/digest.ts";
import { type AuditHead, type AuditRow, type JournalStore, type Tx, WHOLE } from "./store-port.ts";

const PAGE = 1000;
const MAX_PROBLEMS = 20;
/** Looked at once more in one reading, which others wait for: of that many, those that only changed meanwhile are few. */
const MAX_SUSPECTS = 1000;

/** Appends inside the caller's transaction: an act without its line is impossible. */
export async function appendLine(
  tx: Tx,
  line: Omit<AuditRow, "seq" | "prev_hash" | "hash" | "fields_version">,
): Promise<void> {
  const head = await tx.audit.head(line.organization_id);
  const row = { ...line, fields_version: LINE_VERSION, seq: head.seq + 1, prev_hash: head.hash };
  await tx.audit.append({ ...row, hash: lineHash(row) ?? "" });
}

export interface AuditReport {
  readonly rows: number;
  readonly operations: number;
  readonly approvals: number;
  /** Empty: the chain is whole, every operation and approval matches its last line, and the database is sound. */
  readonly problems: readonly string[];
}

/** What the lines read so far say about each record: the digest of its last line, or that it differed when migrated. */
interface Stated {
  readonly operations: Map<string, string>;
  readonly approvals: Map<string, string>;
  /** By organization, the end of what was read of its trail. */
  readonly ends: Map<string, AuditHead>;
}

/** Operations and approvals that did not match when they were read. */
interface Suspects {
  readonly operations: Set<string>;
  readonly approvals: Set<string>;
}

export class AuditLedger {
  readonly #store: JournalStore;

  constructor(store: JournalStore) {
    this.#store = store;
  }

  /** Organizations with a trail of their own, or `WHOLE` alone. */
  trails(): Promise<readonly string[]> {
    return this.#store.read((tx) => tx.audit.trails());
  }

  /** Oldest first, after `seq`. */
  page(after: number, limit: number, organizationId: string = WHOLE): Promise<readonly AuditRow[]> {
    return this.#store.read(async (tx) =>
      (await tx.audit.page(organizationId, after, limit)).flatMap((row) => ("unreadable" in row ? [] : [row])),
    );
  }

  /** Lines about an operation or the approval it was done with, oldest first. */
  about(operationId: string, approvalId: string | null): Promise<readonly AuditRow[]> {
    return this.#store.read(async (tx) =>
      (await tx.audit.about(operationId, approvalId)).flatMap((row) => ("unreadable" in row ? [] : [row])),
    );
  }

  /** Reads everything page by page, so that writing goes on meanwhile; what changed since is looked at once more. */
  async verify(): Promise<AuditReport> {
    const problems: string[] = [];
    const report = (problem: string) => {
      if (problems.length < MAX_PROBLEMS) problems.push(problem);
    };
    for (const problem of await this.#store.check()) report(problem);
    const stated: Stated = { operations: new Map(), approvals: new Map(), ends: new Map() };
    for (const trail of await this.trails()) {
      while (await this.#store.read((tx) => readLines(tx, trail, stated, report)));
    }
    const suspects: Suspects = { operations: new Set(), approvals: new Set() };
    const seen = { operations: new Set<string>(), approvals: new Set<string>() };
    await this.#each((tx, after) => operationsPage(tx, after, stated, suspects.operations, seen.operations));
    await this.#each((tx, after) => approvalsPage(tx, after, stated, suspects.approvals, seen.approvals));
    await this.#store.read(async (tx) => {
      for (const trail of await tx.audit.trails()) {
        while (await readLines(tx, trail, stated, report));
        const [head, end] = [await tx.audit.head(trail), stated.ends.get(trail) ?? START];
        if (head.seq !== end.seq || head.hash !== end.hash) {
          report(`The audit trail${named(trail)} ends at line ${end.seq}; its head says ${head.seq}.`);
        }
      }
      await judge(tx, stated, suspects, seen, report);
    });
    const rows = [...stated.ends.values()].reduce((sum, { seq }) => sum + seq, 0);
    return { rows, operations: seen.operations.size, approvals: seen.approvals.size, problems };
  }

  async #each(page: (tx: Tx, after: string) => Promise<string | null>): Promise<void> {
    let after: string | null = "";
    while (after !== null) {
      const from: string = after;
      after = await this.#store.read((tx) => page(tx, from));
    }
  }
}

const START: AuditHead = { seq: 0, hash: "" };

/** For sentences about one of several trails. */
function named(trail: string): string {
  return trail === WHOLE ? "" : ` of organization ${trail}`;
}

/** One page of a chain. False at its end. */
async function readLines(tx: Tx, trail: string, stated: Stated, report: (problem: string) => void): Promise<boolean> {
  let end = stated.ends.get(trail) ?? START;
  const page = await tx.audit.page(trail, end.seq, PAGE);
  for (const line of page) {
    const seq = "unreadable" in line ? line.unreadable : line.seq;
    if (seq !== end.seq + 1) report(`Audit lines ${end.seq + 1} to ${seq - 1}${named(trail)} are missing.`);
    if ("unreadable" in line) {
      report(`Audit line ${seq}${named(trail)} is unreadable.`);
      end = { seq, hash: end.hash };
      stated.ends.set(trail, end);
      continue;
    }
    if (line.prev_hash !== end.hash) report(`Audit line ${seq}${named(trail)} does not follow the line before it.`);
    const { hash, ...rest } = line;
    if (lineHash(rest) !== hash) report(`Audit line ${seq}${named(trail)} was changed.`);
    end = { seq, hash };
    stated.ends.set(trail, end);
    note(stated.operations, line.operation_id, line.data["digest"]);
    note(stated.approvals, line.approval_id, line.data["approval_record"]);
    note(stated.approvals, line.data["verdict_approval_id"], line.data["verdict_approval_digest"]);
  }
  return page.length === PAGE;
}

function note(map: Map<string, string>, id: unknown, digest: unknown): void {
  if (typeof id === "string" && typeof digest === "string") map.set(id, digest);
}

async function operationsPage(tx: Tx, after: string, stated: Stated, suspects: Set<string>, seen: Set<string>) {
  const page = await tx.operations.page(after, PAGE);
  let last: string | null = null;
  for (const row of page) {
    last = "unreadable" in row ? row.unreadable : row.id;
    seen.add(last);
    const digest = stated.operations.get(last) ?? "";
    if ("unreadable" in row || operationDigest(row, versionOf(digest)) !== digest) suspects.add(last);
  }
  return page.length === PAGE ? last : null;
}

async function approvalsPage(tx: Tx, after: string, stated: Stated, suspects: Set<string>, seen: Set<string>) {
  const page = await tx.approvals.page(after, PAGE);
  let last: string | null = null;
  for (const row of page) {
    last = "unreadable" in row ? row.unreadable : row.id;
    seen.add(last);
    const digest = stated.approvals.get(last) ?? "";
    if (
      "unreadable" in row ||
      approvalDigest(row, await tx.uses.of(row.id), versionOf(digest)) !== digest ||
      (row.plan !== null && planHash(row.plan) !== row.shown_hash)
    ) {
      suspects.add(last);
    }
  }
  return page.length === PAGE ? last : null;
}

/** The last word, in one reading: nothing changes while the suspects are looked at. */
async function judge(
  tx: Tx,
  stated: Stated,
  suspects: Suspects,
  seen: { readonly operations: ReadonlySet<string>; readonly approvals: ReadonlySet<string> },
  report: (problem: string) => void,
): Promise<void> {
  if (suspects.operations.size + suspects.approvals.size > MAX_SUSPECTS) {
    report(`More than ${MAX_SUSPECTS} operations and approvals differ from their last audit lines.`);
  }
  for (const id of [...suspects.operations].slice(0, MAX_SUSPECTS)) {
    const row = await tx.operations.get(id).catch(() => null);
    const digest = stated.operations.get(id) ?? "";
    if (row === null || operationDigest(row, versionOf(digest)) !== digest) {
      report(`Operation ${id} differs from its last audit line.`);
    }
  }
  for (const id of [...suspects.approvals].slice(0, MAX_SUSPECTS)) {
    const row = await tx.approvals.get(id).catch(() => null);
    const digest = stated.approvals.get(id) ?? "";
    const isSame = row !== null && approvalDigest(row, await tx.uses.of(id), versionOf(digest)) === digest;
    if (!isSame) report(`Approval ${id} differs from its last audit line.`);
    else if (row.plan !== null && planHash(row.plan) !== row.shown_hash) {
      report(`What approval ${id} shows differs from what was asked.`);
    }
  }
  for (const id of stated.operations.keys()) {
    if (!seen.operations.has(id) && (await tx.operations.get(id).catch(() => null)) === null) {
      report(`Operation ${id} of the audit trail is missing.`);
    }
  }
  for (const id of stated.approvals.keys()) {
    if (!seen.approvals.has(id) && (await tx.approvals.get(id).catch(() => null)) === null) {
      report(`Approval ${id} of the audit trail is missing.`);
    }
  }
}
