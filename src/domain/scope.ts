/** Where a document lives: ids of one environment say nothing about another. */
export interface Place {
  /** The API's origin, e.g. `https://b.anny.co`; `ANY_ORIGIN` on records older than this field. */
  readonly origin: string;
  readonly organization_id: string;
}

/** For whom something is done, and where. Part of every identity: nothing done or approved in one scope counts in another. */
export interface Scope extends Place {
  /** Who acts: `local:<user>` over stdio, `<issuer>|<subject>` over HTTP. */
  readonly principal: string;
}

/**
 * Origin of operations recorded before origins were. It is unknown where they were done, so they count wherever is asked:
 * a repeat that is refused can be cleared up, one that is sent cannot. Nothing new is recorded with it.
 */
export const ANY_ORIGIN = "";
