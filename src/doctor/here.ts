import { accessSync, constants, existsSync } from "node:fs";
import { join } from "node:path";
import { type Config, JOURNAL_FILE, type ReadSettings } from "../config.ts";
import { InvoicingError } from "../errors.ts";
import { loadLocalPolicy, loadPolicy } from "../guard/policy.ts";
import { lookAtJournal } from "../store/preflight.ts";
import { loadSqlite } from "../store/sqlite/load.ts";
import type { Finding } from "./finding.ts";

/** What can be looked at without a network. */

export function checkNode(version: string, system: string, embedded: boolean, path: string): Finding {
  const kind = embedded ? ", part of another program" : "";
  return { check: "node", verdict: "good", says: `Node ${version} on ${system}${kind}`, detail: path };
}

export function checkSqlite(): Finding {
  try {
    const database = new (loadSqlite())(":memory:");
    const row = database.prepare("select sqlite_version() as version").get();
    database.close();
    const version = typeof row === "object" && row !== null && "version" in row ? String(row.version) : "unknown";
    const from = process.getBuiltinModule?.("node:sqlite") === undefined ? "the optional package" : "Node";
    return { check: "sqlite", verdict: "good", says: `SQLite ${version}, of ${from}, runs` };
  } catch (error) {
    if (!(error instanceof InvoicingError)) throw error;
    return {
      check: "sqlite",
      verdict: "bad",
      says: `${error.message} So there are no tools that change anything.`,
      cure: error.next,
    };
  }
}

export function checkSettings({ problems }: ReadSettings, from: string): readonly Finding[] {
  if (problems.length === 0)
    return [{ check: "settings", verdict: "good", says: `Settings can be read; from ${from}` }];
  return problems.map(({ message, next }) => ({
    check: "settings",
    verdict: "bad",
    says: `${message} From ${from}.`,
    cure: next,
  }));
}

export function checkCertificates(file: string | undefined): readonly Finding[] {
  if (!file?.trim()) return [];
  try {
    accessSync(file.trim(), constants.R_OK);
    return [{ check: "certificates", verdict: "good", says: "NODE_EXTRA_CA_CERTS names a file that can be read" }];
  } catch {
    return [
      {
        check: "certificates",
        verdict: "bad",
        says: "NODE_EXTRA_CA_CERTS names a file that cannot be read, so Node goes on without it.",
        cure: "Correct the path where the server is configured, or remove the variable.",
      },
    ];
  }
}

export function checkJournal({ data_dir, demo }: Config): Finding {
  const check = "journal";
  if (demo) return { check, verdict: "good", says: "The demo keeps its journal in memory" };
  const file = join(data_dir, JOURNAL_FILE);
  const problem = lookAtJournal(file);
  if (problem !== null) {
    const says = `${problem.message} So there are no tools that change anything.`;
    return { check, verdict: "bad", says, cure: problem.next };
  }
  const says = existsSync(file)
    ? "It can be written, and only by this user"
    : "There is none yet, and its folder can be written";
  return { check, verdict: "good", says, detail: file };
}

export function checkPolicy({ policy: file, demo }: Config, of: "local" | "hosted" = "local"): Finding {
  const check = "policy";
  if (file === undefined) return { check, verdict: "good", says: "None is set: the built-in limits hold" };
  try {
    if (of === "hosted") loadPolicy(file);
    else loadLocalPolicy(file, demo);
    return { check, verdict: "good", says: "It can be read, and holds", detail: file };
  } catch (error) {
    if (!(error instanceof InvoicingError)) throw error;
    return { check, verdict: "bad", says: `${error.message} Until then nothing works.`, cure: error.next };
  }
}
