import type { Approval } from "./port.ts";

/** Approvals of which the person was told the terminal's command, or the page's address. */
export function createTold() {
  const told = new Map<string, number>();
  return {
    tell({ id, expires_at }: Pick<Approval, "id" | "expires_at">): void {
      told.set(id, expires_at);
    },
    isTold: ({ id }: Pick<Approval, "id">) => told.has(id),
    forgetExpired(now: number): void {
      for (const [id, until] of told) if (now >= until) told.delete(id);
    },
  };
}

export type Told = ReturnType<typeof createTold>;
