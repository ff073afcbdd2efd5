/** Says how big a file is. */

/** @type {readonly [unit: string, bytes: number][]} */
const UNITS = [
  ["megabyte", 1024 * 1024],
  ["kilobyte", 1024],
  ["byte", 1],
];

/**
 * Returns a size in the largest unit of which there is one, as the page's language writes it: "2.4 MB".
 * @param {number} bytes
 * @param {string} [locale]
 */
export function sizeOf(bytes, locale = globalThis.document?.documentElement.lang || "en") {
  const [unit, worth] = UNITS.find(([, least]) => bytes >= least) ?? ["byte", 1];
  const number = bytes / worth;
  return new Intl.NumberFormat(locale, {
    style: "unit",
    unit,
    unitDisplay: unit === "byte" ? "long" : "short",
    maximumFractionDigits: number < 10 ? 1 : 0,
  }).format(number);
}
