import { accessSync, constants, existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { type Config, JOURNAL_FILE, type ReadSettings } from "../config.ts";
import { InvoicingError } from "../errors.ts";
import { type BrowserEnvironment, browserCommands } from "../guard/channels/browser.ts";
import { loadLocalPolicy } from "../guard/policy.ts";
import { journalProblem } from "../store/preflight.ts";
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
  if (!existsSync(file)) {
    let folder = data_dir;
    while (!existsSync(folder) && dirname(folder) !== folder) folder = dirname(folder);
    try {
      accessSync(folder, constants.W_OK);
      return { check, verdict: "good", says: "There is none yet, and its folder can be written", detail: file };
    } catch {
      return {
        check,
        verdict: "bad",
        says: "There is none yet, and its folder cannot be written.",
        detail: folder,
        cure: "Make the folder writable for this user, or name another one with INVOICES_DATA_DIR.",
      };
    }
  }
  const problem = journalProblem(file);
  return problem === null
    ? { check, verdict: "good", says: "It can be written, and only by this user", detail: file }
    : {
        check,
        verdict: "bad",
        says: `${problem.message} So there are no tools that change anything.`,
        cure: problem.next,
      };
}

export function checkPolicy(file: string | undefined): Finding {
  const check = "policy";
  if (file === undefined) return { check, verdict: "good", says: "None is set: the built-in limits hold" };
  try {
    loadLocalPolicy(file);
    return { check, verdict: "good", says: "It can be read, and holds", detail: file };
  } catch (error) {
    if (!(error instanceof InvoicingError)) throw error;
    return { check, verdict: "bad", says: `${error.message} Until then nothing works.`, cure: error.next };
  }
}

/** `approve`: the command that answers in a terminal of this computer. */
export function checkApproval(config: Config, desktop: BrowserEnvironment, approve: string): readonly Finding[] {
  const check = "approval";
  switch (config.confirm) {
    case "token":
      return [
        {
          check,
          verdict: "warning",
          says: "--confirm token: the model can approve its own acts.",
          cure: "Leave it out, unless no person is there at all.",
        },
      ];
    case "deny":
      return [
        {
          check,
          verdict: "warning",
          says: "--confirm deny: nothing final ever happens.",
          cure: "Set INVOICES_CONFIRM to auto.",
        },
      ];
    default: {
      const opens = browserCommands(desktop, "").length > 0;
      return [
        opens
          ? { check, verdict: "good", says: "A page can be opened in a browser here" }
          : {
              check,
              verdict: "warning",
              says: "No browser can be opened from here: without a form or card of the client, approvals wait in the terminal.",
              cure: "Set BROWSER to a command that opens one, or answer with the command below.",
            },
        { check, verdict: "good", says: "Approvals that wait can be answered in a terminal", detail: approve },
      ];
    }
  }
}
