/** The folder the owner allowed invoice files to be saved to. */
export interface Downloads {
  /** Absolute path. */
  readonly folder: string;
  /**
   * Saves under `name` (made by `fileName`), or under the same name with a number when another file is there.
   * Never overwrites. Throws an `InvoicingError` when the folder cannot take it.
   */
  save(name: FileName, bytes: Uint8Array): Promise<SavedFile>;
}

/** Hands a file to the browser of a person who sits at this machine, where no folder is allowed. */
export interface BrowserLinks {
  /** An address on this machine that works once and for ten minutes. Rejects when no port can be opened. */
  link(name: FileName, bytes: Uint8Array): Promise<string>;
}

/** Name without its ending, and the ending: `invoice-RE-2026-0042`, `pdf`. */
export interface FileName {
  readonly stem: string;
  readonly extension: "pdf" | "xml" | "csv";
}

export interface SavedFile {
  /** Absolute path. */
  readonly path: string;
  /** True when the very same file was there already. */
  readonly existed: boolean;
}
