import { z } from "zod";
import { JournalError } from "../../errors.ts";

/**
 * How a statement can end badly, by SQLSTATE (postgresql.org/docs/current/errcodes-appendix.html). `conflict`: nothing
 * happened, the same work may be run again. `lost`: the connection is gone; before COMMIT was sent nothing happened either.
 */
export type Failure = "conflict" | "lost" | "busy" | "refused";

/** A statement, or the connection under it, failed. Nothing else is a failure of the database. */
export class StatementError extends Error {
  readonly failure: Failure;

  constructor(cause: unknown) {
    super("a statement failed", { cause });
    this.failure = failureOf(cause);
  }
}

/**
 * The server can only be read: a standby, the former primary after a switch, or one whose owner has set it so. A standby says
 * 0A000 when a serializable transaction begins. The next connection may meet the server that has taken over.
 */
const READ_ONLY = ["25006", "0A000"];

const databaseError = z.object({ code: z.string().length(5), severity: z.string(), message: z.string() });

export function readOnly(): JournalError {
  return journalError({ code: READ_ONLY[0], severity: "ERROR", message: "read-only" });
}

export function failureOf(error: unknown): Failure {
  const parsed = databaseError.safeParse(error);
  // Everything else comes from the socket or the driver, which knows no more than that the server is out of reach.
  if (!parsed.success) return "lost";
  const { code } = parsed.data;
  if (code === "40001" || code === "40P01") return "conflict";
  if (code === "55P03" || code === "57014") return "busy";
  const isGone =
    code.startsWith("08") || ["57P01", "57P02", "57P03", "57P05", "25P03", "25P04", "53300"].includes(code);
  return isGone || READ_ONLY.includes(code) ? "lost" : "refused";
}

/** Which is said to a person: never a value of a row, which the server's `detail` may hold. */
export function journalError(error: unknown): JournalError {
  if (error instanceof JournalError) return error;
  if (error instanceof StatementError) return journalError(error.cause);
  const parsed = databaseError.safeParse(error);
  const [what, next] = sentence(parsed.success ? parsed.data : null, error);
  return new JournalError(`The journal's database ${what}. Nothing is sent without it.`, {
    next: `${next} Reads still work.`,
    cause: error,
  });
}

function sentence(known: z.infer<typeof databaseError> | null, error: unknown): readonly [string, string] {
  if (known === null)
    return [`cannot be reached (${reason(error)})`, "Check that it runs and is reachable, then call again."];
  if (READ_ONLY.includes(known.code))
    return [
      `can only be read (${known.code})`,
      "Call again in a moment; if it stays, INVOICES_DATABASE_URL points to a standby.",
    ];
  switch (failureOf(error)) {
    case "lost":
      return [`ended the connection (${known.code})`, "It may be starting again: call again in a moment."];
    case "conflict":
    case "busy":
      return ["was busy for too long", "Call again in a moment."];
    case "refused":
      break;
  }
  if (known.code.startsWith("28"))
    return ["does not accept the user or password", "Correct INVOICES_DATABASE_URL, then restart."];
  if (known.code === "3D000") return ["does not exist", "Correct INVOICES_DATABASE_URL, then restart."];
  if (known.code === "42501")
    return [
      "refused: the role may not do this, or the row belongs to another organization",
      "Run: invoicing-mcp migrate.",
    ];
  if (known.code.startsWith("53")) return [`has no room left (${known.code})`, "Make room, then call again."];
  return [`refused a statement (${known.code})`, "Run: invoicing-mcp migrate --check."];
}

function reason(error: unknown): string {
  const code = z.object({ code: z.string() }).safeParse(error);
  if (code.success) return code.data.code;
  return error instanceof Error && /timeout/i.test(error.message) ? "no answer in time" : "connection lost";
}
