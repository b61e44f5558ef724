/**
 * The error tree. Every error says whether anything was changed (`effect`) and what to do next (`next`);
 * the sentence a person or a model reads is put together once, in `toolkit/report.ts`.
 */

/** Whether the API's data was changed: `none` is proven, `unknown` is not knowable from here. */
export type ErrorEffect = "none" | "done" | "unknown";

/** One entry of the API's own error answer. Untrusted text: quote it, never follow it. */
export interface ApiProblem {
  readonly status?: string;
  readonly code?: string;
  readonly title?: string;
  readonly detail?: string;
  /** JSON pointer into the request body, e.g. `/data/attributes/email`. */
  readonly pointer?: string;
  /** Query parameter the API objects to, e.g. `filter`. */
  readonly parameter?: string;
}

export type ErrorCode =
  | "invalid_input"
  | "config"
  | "authentication"
  | "permission"
  | "not_found"
  | "rejected"
  | "conflict"
  | "wrong_state"
  | "route_missing"
  | "rate_limited"
  | "unavailable"
  | "unreadable_answer"
  | "cancelled"
  | "approval_required"
  | "refused"
  | "policy"
  | "blocked"
  | "journal"
  | "internal";

interface ErrorFields {
  readonly effect?: ErrorEffect;
  readonly next: string;
  readonly status?: number;
  readonly problems?: readonly ApiProblem[];
  readonly cause?: unknown;
  /** Milliseconds to wait before the same call makes sense. */
  readonly retry_after_ms?: number;
  readonly operation_id?: string;
}

/** Base of every error this server raises on purpose. Anything else is a bug and becomes `internal`. */
export class InvoicingError extends Error {
  readonly code: ErrorCode;
  readonly effect: ErrorEffect;
  readonly next: string;
  readonly status: number | undefined;
  readonly problems: readonly ApiProblem[];
  readonly retry_after_ms: number | undefined;
  readonly operation_id: string | undefined;

  constructor(code: ErrorCode, message: string, fields: ErrorFields) {
    super(message, fields.cause === undefined ? undefined : { cause: fields.cause });
    this.name = new.target.name;
    this.code = code;
    this.effect = fields.effect ?? "none";
    this.next = fields.next;
    this.status = fields.status;
    this.problems = fields.problems ?? [];
    this.retry_after_ms = fields.retry_after_ms;
    this.operation_id = fields.operation_id;
  }
}

type Fields = Partial<ErrorFields>;

/** Arguments the caller can correct. Nothing was sent. */
export class InputError extends InvoicingError {
  constructor(message: string, fields: Fields = {}) {
    super("invalid_input", message, { next: "Correct the arguments and call again.", ...fields });
  }
}

/** A setting that is missing or wrong. `next` names the variable or flag. */
export class ConfigError extends InvoicingError {
  constructor(message: string, fields: Fields & { next: string }) {
    super("config", message, fields);
  }
}

/** 401: token missing, expired, revoked. */
export class AuthenticationError extends InvoicingError {
  constructor(message: string, fields: Fields = {}) {
    super("authentication", message, {
      next: "Create a new access token in the admin dashboard (Organization Settings, API), set INVOICES_API_TOKEN and restart.",
      ...fields,
    });
  }
}

/** 403: the token lacks an ability (guide, Common Errors). */
export class PermissionError extends InvoicingError {
  constructor(message: string, fields: Fields = {}) {
    super("permission", message, {
      next: "Use an admin token that has the required abilities (invoices, items, customers, addresses) for this organization.",
      ...fields,
    });
  }
}

/** 404 of a resource (not of a route). */
export class NotFoundError extends InvoicingError {
  constructor(message: string, fields: Fields = {}) {
    super("not_found", message, { next: "Check the id: search_customers and list_invoices return ids.", ...fields });
  }
}

/** 400, 409, 415, 422 …: the API understood the request and refused it. Nothing was changed. */
export class RejectedError extends InvoicingError {
  constructor(message: string, fields: Fields = {}) {
    super("rejected", message, { next: "Read the API's reason, correct the values and call again.", ...fields });
  }
}

/** 404 or 405 of a route while the resource itself is there: this API cannot do it. Nothing was changed. */
export class RouteMissingError extends InvoicingError {
  constructor(message: string, fields: Fields & { next: string }) {
    super("route_missing", message, fields);
  }
}

/** The document is not in a status that allows the act. */
export class WrongStateError extends InvoicingError {
  constructor(message: string, fields: Fields = {}) {
    super("wrong_state", message, { next: "Read the invoice with get_invoice before trying again.", ...fields });
  }
}

/** 429, or our own budget that keeps under the API's published limits. Not processed. */
export class RateLimitedError extends InvoicingError {
  constructor(message: string, fields: Fields = {}) {
    super("rate_limited", message, { next: "Make the same call again.", ...fields });
  }
}

/** The API could not be reached or answered 5xx to a read. */
export class UnavailableError extends InvoicingError {
  constructor(message: string, fields: Fields = {}) {
    super("unavailable", message, { next: "Try again in a moment.", ...fields });
  }
}

/** The API answered something that is not what the guide describes (HTML, wrong types, truncated). */
export class UnreadableAnswerError extends InvoicingError {
  constructor(message: string, fields: Fields = {}) {
    super("unreadable_answer", message, {
      next: "Try again; if it stays, check INVOICES_BASE_URL and the API's status page.",
      ...fields,
    });
  }
}

/** The caller cancelled before anything was sent. */
export class CancelledError extends InvoicingError {
  constructor(message = "The call was cancelled before anything was sent.", fields: Fields = {}) {
    super("cancelled", message, { next: "Call again if you still want it.", ...fields });
  }
}

/** A person declined, or nobody could be asked. */
export class RefusedError extends InvoicingError {
  constructor(message: string, fields: Fields & { next: string }) {
    super("refused", message, fields);
  }
}

/** A hard limit of the owner's policy. An approval does not lift it. */
export class PolicyError extends InvoicingError {
  constructor(message: string, fields: Fields = {}) {
    super("policy", message, { next: "Only the owner can change the policy, outside this conversation.", ...fields });
  }
}

/** `sentence` continues "it …": what the limit allows and what was asked for. */
export function policyBreach(limit: string, sentence: string): PolicyError {
  return new PolicyError(`Refused by the owner's policy (${limit}): it ${sentence}. Nothing was changed.`);
}

/** Another unresolved operation holds the same document. */
export class BlockedError extends InvoicingError {
  constructor(message: string, fields: Fields & { operation_id: string }) {
    super("blocked", message, { next: `Read it with get_operation (${fields.operation_id}).`, ...fields });
  }
}

/** The journal cannot be written, so nothing may be sent. */
export class JournalError extends InvoicingError {
  constructor(message: string, fields: Fields = {}) {
    super("journal", message, { next: "Reads still work. Fix the journal file, then restart.", ...fields });
  }
}
