import type { FormVerdict } from "./form.ts";
import type { SettlingDeps } from "./form-settling.ts";
import type { FormStateDeps } from "./form-state.ts";
import type { Joined } from "./joined.ts";
import type { Approval, ApprovalForm, ApprovalRequest } from "./port.ts";
import type { PlanSnapshot } from "./snapshot.ts";
import type { Waiting } from "./waiting.ts";
import { say } from "./wording.ts";

/** What became of the attempt to ask by a form. */
export type FormStep =
  | { readonly kind: "answered"; readonly verdict: FormVerdict }
  | { readonly kind: "ask"; readonly approval: Approval; readonly form: ApprovalForm; readonly state: string }
  /** The form stands in the client and this call has to end. */
  | { readonly kind: "open" }
  /** A person answered, and the record could not be reached: that is no silence, and no answer. */
  | { readonly kind: "unrecorded" }
  /** Withdrawn, or used by an equal call, while the form stood. */
  | { readonly kind: "closed" | "used" }
  /** `untried`: not asked by this call, because nobody answered the last one. */
  | { readonly kind: "next"; readonly why: string; readonly untried: boolean };

export interface FormQuestion {
  readonly reason: string;
  readonly request: ApprovalRequest;
  readonly approval: Approval;
  readonly snapshot: PlanSnapshot;
  readonly changes: readonly string[];
  readonly since: number;
  /** Where an equal call asked it a moment ago. */
  readonly joined: Joined;
  /** Every other place failed: a form that nobody answered is asked again. */
  readonly again: boolean;
}

export interface FormChannelDeps extends SettlingDeps, FormStateDeps {
  readonly waiting: Waiting;
}

/** A call whose form nobody answers ends this long before the approval lapses, with words instead of an error. */
export const LEFT_OVER_MS = 60_000;

export function waitingText({ snapshot }: FormQuestion): string {
  return say(snapshot.view.locale, "Waiting for the person's approval.", "Wartet auf die Freigabe.");
}
