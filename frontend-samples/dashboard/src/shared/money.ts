// Amounts are integers in the minor unit. How many digits that has is told by the API: browsers' tables disagree with it
// by a factor of 100 for several currencies.

const formats = new Map<string, Intl.NumberFormat>();

/** An amount for people. */
export function formatMoney(minorUnits: number, currency: string, digits: number): string {
  return formatOf(currency, digits).format(decimal(minorUnits, digits));
}

function formatOf(currency: string, digits: number): Intl.NumberFormat {
  const key = `${currency} ${digits}`;
  const known = formats.get(key);
  if (known) return known;
  const made = new Intl.NumberFormat(undefined, {
    style: "currency",
    currency,
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
  formats.set(key, made);
  return made;
}

// As text, because a quotient of floating-point numbers may be a cent off.
function decimal(minorUnits: number, digits: number): Intl.StringNumericLiteral {
  const text = String(Math.abs(minorUnits)).padStart(digits + 1, "0");
  const whole = text.slice(0, text.length - digits);
  const sign = minorUnits < 0 ? "-" : "";
  return `${sign}${whole}.${text.slice(whole.length) || "0"}` as Intl.StringNumericLiteral;
}

/** What somebody typed, such as `12.50`, as a decimal number of minor units; null when it is not a number. */
export function parseMoney(typed: string, digits: number): string | null {
  const match = /^(-?)(\d+)(?:[.,](\d+))?$/.exec(typed.trim());
  if (!match) return null;
  const [, sign, whole, fraction = ""] = match;
  const padded = fraction.padEnd(digits, "0");
  const units = `${whole}${padded.slice(0, digits)}`.replace(/^0+(?=\d)/, "");
  const rest = padded.slice(digits).replace(/0+$/, "");
  return `${sign}${units}${rest && `.${rest}`}`;
}
