import { WrongStateError } from "../errors.ts";

/** Asked before a person is, and once more in the transaction that would let the sending go. */
export function supersededDraft(draft: string, by: string): WrongStateError {
  return new WrongStateError(`Draft ${draft} was replaced by its corrected copy ${by}. Nothing was sent.`, {
    next: `Send ${by}. If the person wants the former draft after all: send_invoice ${draft} with instead_of "${by}"; then ${by} counts as replaced.`,
  });
}
