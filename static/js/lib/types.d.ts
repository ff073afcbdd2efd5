/** What is shown alike on all pages. */
declare namespace Chat {
  /** Moments (ISO 8601 or milliseconds since the epoch) as the viewer reads them. */
  interface Times {
    /** "14:02" */
    clock(at: string | number): string;
    /** "Sunday, 22 November 2026 at 14:02:05" */
    full(at: string | number): string;
    /** "Today", "Yesterday", "Friday, 6 November" */
    day(at: string | number, now: number): string;
  }
}
