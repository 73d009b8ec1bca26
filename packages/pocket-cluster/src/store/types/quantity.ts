/**
 * Quantities ("500m", "2Gi") in the canonical form that a server answers: "0.5" becomes "500m", "1000m" becomes "1".
 * https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
 */
const FORM = /^([+-]?)(\d+\.?\d*|\.\d+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?\d+|)$/;
const BINARY = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];
const DECIMAL = ["n", "u", "m", "", "k", "M", "G", "T", "P", "E"];
const NANO = 9;

interface Quantity {
  readonly nanos: bigint;
  readonly format: "binary" | "decimal" | "exponent";
}

function parse(text: string): Quantity | undefined {
  const match = FORM.exec(text);
  if (match === null) return undefined;
  const [, sign = "", digits = "", suffix = ""] = match;
  const [whole = "", fraction = ""] = digits.split(".");
  let mantissa = BigInt(`${whole}${fraction}` === "" ? "0" : `${whole}${fraction}`);
  if (sign === "-") mantissa = -mantissa;
  const binary = BINARY.indexOf(suffix);
  if (suffix !== "" && binary > 0) {
    return {
      nanos: divide(mantissa * 1024n ** BigInt(binary) * 10n ** BigInt(NANO), 10n ** BigInt(fraction.length)),
      format: "binary",
    };
  }
  const decimal = DECIMAL.indexOf(suffix);
  const exponent = decimal >= 0 ? (decimal - 3) * 3 : Number(suffix.slice(1));
  if (Math.abs(exponent) > 60) return undefined;
  const shift = NANO + exponent - fraction.length;
  const nanos = shift >= 0 ? mantissa * 10n ** BigInt(shift) : divide(mantissa, 10n ** BigInt(-shift));
  return { nanos, format: decimal >= 0 ? "decimal" : "exponent" };
}

/** What is finer than a nano is rounded up, away from zero, as the server does. */
function divide(value: bigint, by: bigint): bigint {
  const quotient = value / by;
  return value % by === 0n ? quotient : quotient + (value < 0n ? -1n : 1n);
}

/** The canonical text, or `undefined` when `value` is not a quantity. */
export function canonicalQuantity(value: string | number): string | undefined {
  const quantity = parse(typeof value === "number" ? plainNumber(value) : value);
  if (quantity === undefined) return undefined;
  const { nanos, format } = quantity;
  if (nanos === 0n) return "0";
  if (format === "binary") {
    const unit = 10n ** BigInt(NANO);
    // Below 1024 and for fractions a binary quantity is written as a decimal one.
    if (nanos % unit === 0n && abs(nanos) >= 1024n * unit) {
      let amount = nanos / unit;
      let power = 0;
      while (amount % 1024n === 0n && power < BINARY.length - 1) {
        amount /= 1024n;
        power++;
      }
      return `${amount}${BINARY[power] ?? ""}`;
    }
  }
  let amount = nanos;
  let power = 0;
  while (amount % 1000n === 0n && power < DECIMAL.length - 1) {
    amount /= 1000n;
    power++;
  }
  if (format === "exponent") return power === 3 ? `${amount}` : `${amount}e${(power - 3) * 3}`;
  return `${amount}${DECIMAL[power] ?? ""}`;
}

/** The amount as a number (of cores, bytes, pods); `undefined` when `value` is not a quantity. */
export function quantityValue(value: string | number): number | undefined {
  const quantity = parse(typeof value === "number" ? plainNumber(value) : value);
  return quantity === undefined ? undefined : Number(quantity.nanos) / 10 ** NANO;
}

function abs(value: bigint): bigint {
  return value < 0n ? -value : value;
}

function plainNumber(value: number): string {
  return Number.isFinite(value) ? String(value).replace("e+", "e") : "";
}
