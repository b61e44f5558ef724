/** Places in the API's limits that several processes share; one per upstream credential. Its failure is not its caller's. */
export interface SharedBudget {
  /** Takes a place for one request: 0, or in how many milliseconds it is worth asking again. */
  take(kind: "read" | "write", limits: SharedLimits): Promise<number>;
  /** After a 429: nobody's request leaves before that. */
  block(forMs: number): Promise<void>;
}

export interface SharedLimits {
  /** Requests of this kind in a minute. */
  readonly most: number;
}
