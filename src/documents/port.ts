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
