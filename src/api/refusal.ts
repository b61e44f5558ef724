import type { Organization } from "../domain/organization.ts";
import {
  type ApiProblem,
  AuthenticationError,
  ConfigError,
  type InvoicingError,
  NotFoundError,
  PermissionError,
  RateLimitedError,
  RejectedError,
  UnavailableError,
  WrongStateError,
} from "../errors.ts";
import { readErrorAnswer } from "../jsonapi/problems.ts";
import { labelOf } from "./organization.ts";
import type { Redactor } from "./redact.ts";

/** What a request is about, for error sentences. Own words and checked ids only. */
export interface Subject {
  /** `read invoice 4711`, `create the customer`. */
  readonly action: string;
  /** What a 404 means: `Invoice 4711`. `null`: the address itself is unknown. */
  readonly missing: string | null;
  /** Replaces the sentence of a 422 (guide, Common Errors). */
  readonly wrong_state?: string;
}

export interface RefusalAnswer {
  readonly status: number;
  readonly text: string;
  readonly retry_after_ms: number | null;
  /** Why the token is not accepted, where the token itself tells. */
  readonly token?: string | null;
  /** Host that was asked. */
  readonly host: string;
  /** The organization that the settings name. */
  readonly organization?: string | null;
  /** Those that the token sees; `null`: the API does not tell. */
  readonly seen?: readonly Organization[] | null;
}

/** The error for an answer other than 2xx. The API's own words go into `problems`, cleaned; the sentence is ours. */
export function refusal(answer: RefusalAnswer, subject: Subject, redactor: Redactor): InvoicingError {
  const { status } = answer;
  const read = readErrorAnswer(answer.text);
  const problems = read.problems.slice(0, 10).map(redactor.problem);
  const fields = { status, problems };
  const base = "Check INVOICES_BASE_URL: it is the API's origin, for example https://b.anny.co.";

  if (status >= 300 && status < 400) {
    return new ConfigError(`The API redirects to another address (${status}); redirects are not followed.`, {
      ...fields,
      next: base,
    });
  }
  if (status === 401) {
    const because = answer.token
      ? ` ${answer.token}`
      : ` It may be revoked, expired, mistyped, or of another region than ${answer.host}.`;
    return new AuthenticationError(`The API does not accept the access token (401).${because}`, fields);
  }
  if (status === 403 && !read.from_api) {
    return new UnavailableError(
      `Something in front of the API refused to ${subject.action} (403, not the API's own answer).`,
      {
        ...fields,
        next: "Check the network, a proxy or firewall, and INVOICES_BASE_URL.",
      },
    );
  }
  if (status === 403) {
    const { organization, seen } = answer;
    if (organization && seen && !seen.some(({ id }) => id === organization)) {
      return new PermissionError(
        `Organization ${organization} (INVOICES_ORGANIZATION_ID) is not one of this token's (403); it sees ${seen.map(labelOf).join(", ")}.`,
        {
          ...fields,
          next: "Set INVOICES_ORGANIZATION_ID to one that the token sees, or use a token of the organization that is meant, then restart.",
        },
      );
    }
    if (seen)
      return new PermissionError(`The token lacks the permission to ${subject.action} (403, unauthorized).`, fields);
    const or = organization ? ` Or organization ${organization} is not one of this token's.` : "";
    return new PermissionError(`The token lacks the permission to ${subject.action} (403, unauthorized).${or}`, {
      ...fields,
      ...(organization
        ? {
            next: `Use an admin token that has the required abilities (invoices, items, customers, addresses), and check INVOICES_ORGANIZATION_ID: the token must belong to organization ${organization}.`,
          }
        : {}),
    });
  }
  if (status === 404 && !read.from_api) {
    return new ConfigError("The API's address leads nowhere (404, not the API's own answer).", {
      ...fields,
      next: base,
    });
  }
  if (status === 404 || status === 410) {
    return subject.missing === null
      ? new ConfigError(`The API does not know the address to ${subject.action} (${status}).`, {
          ...fields,
          next: base,
        })
      : new NotFoundError(`${subject.missing} does not exist in this organization (${status}).`, fields);
  }
  if (status === 429) {
    return new RateLimitedError("The API is being asked too often (429). The request was not processed.", {
      ...fields,
      ...(answer.retry_after_ms === null ? {} : { retry_after_ms: answer.retry_after_ms }),
    });
  }
  if (status >= 500 || status === 408) {
    return new UnavailableError(`The API could not ${subject.action} (${status}).`, {
      ...fields,
      ...(answer.retry_after_ms === null ? {} : { retry_after_ms: answer.retry_after_ms }),
    });
  }
  if (status === 422 && subject.wrong_state !== undefined) {
    return new WrongStateError(`The API refused to ${subject.action} (422): ${subject.wrong_state}`, fields);
  }
  const objections = fieldsNamed(problems);
  const because = objections.length === 0 ? "" : ` It objects to: ${objections.join(", ")}.`;
  return new RejectedError(`The API refused to ${subject.action} (${status}).${because}`, fields);
}

/** `/data/attributes/email` → `email`; `/data` → a missing required value (wire facts 2.8). */
function fieldsNamed(problems: readonly ApiProblem[]): string[] {
  const names = problems.flatMap(({ pointer, parameter }) => {
    if (pointer === "/data") return ["a required value that is missing"];
    const field = /^\/data\/(?:attributes|relationships)\/([A-Za-z0-9_-]{1,60})/.exec(pointer ?? "")?.[1];
    if (field !== undefined) return [field];
    return parameter !== undefined && /^[A-Za-z0-9_[\].-]{1,60}$/.test(parameter) ? [`the parameter ${parameter}`] : [];
  });
  return [...new Set(names)];
}
